// The county town enlarged, where signs crowd; and where on the sheet nothing lies yet.
const plane = point => L.CRS.EPSG3857.project(L.latLng(point));

// What lies on the sheet already: circles or the county's rings, and boxes.
function occupied(boxes) {
  const circle = state.view === 'circle';
  return {
    circles: circle ? plan.anchors : [],
    rings: circle ? [] : (GEO.outline.length ? GEO.outline : [].concat.apply([], GEO.cells)).map(part => part[0].map(xy)),
    boxes: boxes.concat(controlBoxes()),
  };
}

// Measured again only when they may have moved: asking for a place makes the browser lay out the page.
let fixed = { key: '', boxes: [] };
function controlBoxes() {
  const size = map.getSize();
  const key = [size.x, size.y, Boolean(kept), tongue, state.view, state.view === 'map' ? map.getZoom() : 0].join(' ');
  if (fixed.key !== key) {
    const base = map.getContainer().getBoundingClientRect();
    const boxes = kept ? [{ x0: size.x - 56, x1: 9e3, y0: 0, y1: 76 }] : [];
    Array.prototype.forEach.call(document.querySelectorAll(kept ? '.scale' : '.corner,.north,.scale,.leaflet-bar'), node => {
      const r = node.getBoundingClientRect();
      const y = kept ? size.y - 44 : r.top - base.top;
      boxes.push({ x0: r.left - base.left - 4, x1: r.right - base.left + 4, y0: y - 4, y1: y + r.height + 4 });
    });
    fixed = { key, boxes };
  }
  const o = map.containerPointToLayerPoint([0, 0]);
  return fixed.boxes.map(box => ({ x0: box.x0 + o.x, x1: box.x1 + o.x, y0: box.y0 + o.y, y1: box.y1 + o.y }));
}

function ringHolds(x, y, ring) {
  let within = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const a = ring[i];
    const b = ring[j];
    if ((a.y > y) !== (b.y > y) && x < (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x) { within = !within; }
  }
  return within;
}

function isFree(box, there, frame) {
  if (box.x0 < frame.x0 || box.x1 > frame.x1 || box.y0 < frame.y0 || box.y1 > frame.y1) { return false; }
  if (there.boxes.some(other => !apart(box, other))) { return false; }
  if (there.circles.some(c => Math.hypot(c.x - Math.max(box.x0, Math.min(box.x1, c.x)), c.y - Math.max(box.y0, Math.min(box.y1, c.y))) < c.r + 4)) { return false; }
  return !there.rings.some(ring => {
    if (ring.some(p => p.x > box.x0 - 5 && p.x < box.x1 + 5 && p.y > box.y0 - 5 && p.y < box.y1 + 5)) { return true; }
    for (let n = 0; n < 16; n += 1) {
      if (ringHolds(box.x0 + (box.x1 - box.x0) * (n % 4) / 3, box.y0 + (box.y1 - box.y0) * Math.floor(n / 4) / 3, ring)) { return true; }
    }
    return false;
  });
}

// The free place of that size nearest to the sheet's edges, or nothing.
function freeBox(w, h, there, frame) {
  const spots = [];
  for (let x = frame.x0; x + w <= frame.x1; x += 10) {
    for (let y = frame.y0; y + h <= frame.y1; y += 10) {
      spots.push([Math.min(x - frame.x0, frame.x1 - x - w) + Math.min(y - frame.y0, frame.y1 - y - h), x, y]);
    }
  }
  spots.sort((a, b) => a[0] - b[0]);
  for (let n = 0; n < spots.length; n += 1) {
    const box = { x0: spots[n][1], y0: spots[n][2], x1: spots[n][1] + w, y1: spots[n][2] + h };
    if (isFree(box, there, frame)) { return box; }
  }
  return null;
}

// The window around the county town, in metres; nothing where fewer than three signs crowd there.
function crowdedTown() {
  const town = countyTown();
  if (town === undefined) { return null; }
  const seats = T.seat.filter(point => point[0] !== null).map(plane);
  const range = key => { const all = seats.map(p => p[key]); return Math.max.apply(null, all) - Math.min.apply(null, all); };
  const close = Math.max(range('x'), range('y')) / 40;
  const home = plane(T.seat[town]);
  const there = placeMarks(plane).filter(m => Math.hypot(m.x - home.x, m.y - home.y) < 3.2 * close);
  const crowd = there.filter(a => there.some(b => a !== b && Math.hypot(a.x - b.x, a.y - b.y) < close));
  if (close <= 0 || crowd.length < 3) { return null; }
  const side = (key, sign) => sign * Math.max.apply(null, there.map(m => sign * m[key])) + sign * 0.7 * close;
  const [x0, x1, y0, y1] = [side('x', -1), side('x', 1), side('y', -1), side('y', 1)];
  return { x: (x0 + x1) / 2, y: (y0 + y1) / 2, w: x1 - x0, h: y1 - y0 };
}

function townInset(crowd, box, looks, id, cells) {
  const [w, h] = [box.x1 - box.x0, box.y1 - box.y0];
  const scale = Math.min(w / crowd.w, h / crowd.h);
  const to = point => { const q = plane(point); return L.point(box.x0 + w / 2 + (q.x - crowd.x) * scale, box.y0 + h / 2 - (q.y - crowd.y) * scale); };
  const area = options => svg('rect', Object.assign({ x: box.x0, y: box.y0, width: w, height: h }, options));
  const inner = svg('g', { 'clip-path': 'url(#' + id + ')' }, area({ fill: '#ffffff' }));
  const line = (shape, options) => put(inner, svg('path', Object.assign({ d: path(shape, false, to), fill: 'none', 'stroke-linecap': 'round' }, options)));
  if (cells) {
    GEO.cells.forEach((cell, k) => put(inner, svg('path', { d: path(cell, true, to), fill: looks[k].fill, stroke: '#77808a', 'stroke-width': 0.8, 'stroke-dasharray': DATA.approximate ? '4 3' : null })));
  }
  const first = GEO.lines.findIndex(item => item.kind === 'river');
  if (!state.hidden.lines) {
    GEO.lines.forEach((item, n) => {
      if (item.kind === 'river') { line(item.shape, { stroke: '#86b9dc', 'stroke-width': n === first ? 9 : 2.5 }); }
      if (item.kind === 'railway') { line(item.shape, { stroke: '#555e67', 'stroke-width': 1.6, 'stroke-dasharray': '7 4' }); }
    });
  }
  const frame = { x0: box.x0 + 3, y0: box.y0 + 3, x1: box.x1 - 3, y1: box.y1 - 3 };
  const marks = placeMarks(to).filter(m => m.x > frame.x0 + m.r && m.x < frame.x1 - m.r && m.y > frame.y0 + m.r && m.y < frame.y1 - m.r);
  put(inner, marks.map(drawMark));
  const halo = { 'paint-order': 'stroke', stroke: '#ffffff', 'stroke-width': 3, 'stroke-linejoin': 'round', 'font-family': FONT, fill: '#15202b' };
  const title = say('inset');
  const bar = [1, 2, 5, 10, 20].map(km => km * 1000).filter(m => m * scale / Math.cos(T.seat[countyTown()][0] * Math.PI / 180) < w * 0.4).pop() || 500;
  const long = bar * scale / Math.cos(T.seat[countyTown()][0] * Math.PI / 180);
  const used = [{ x0: box.x0, y0: box.y0, x1: box.x0 + wide(title, 11, true) + 12, y1: box.y0 + 18 }, { x0: box.x1 - long - 14, x1: box.x1, y0: box.y1 - 24, y1: box.y1 }];
  const solid = used.concat(marks.map(m => ({ x0: m.x - m.r, x1: m.x + m.r, y0: m.y - m.r, y1: m.y + m.r })));
  const towns = T.code.map((_, k) => k).filter(k => T.seat[k][0] !== null).map(k => ({ k, p: to(T.seat[k]) })).filter(one => one.p.x > frame.x0 && one.p.x < frame.x1 && one.p.y > frame.y0 && one.p.y < frame.y1);
  const spots = arrange(towns.map(one => ({ x: one.p.x, y: one.p.y + 14, w: wide(T.name[one.k], 11, true) + 2, h: 14, room: 10 })), solid, frame);
  towns.forEach((one, n) => { if (spots[n]) { put(inner, svg('text', Object.assign({ class: 'inset-name', x: spots[n].x, y: spots[n].y + 4, 'text-anchor': 'middle', 'font-size': 11, 'font-weight': 600 }, halo), T.name[one.k])); } });
  const text = (x, y, anchor, words, bold) => svg('text', Object.assign({ x, y, 'text-anchor': anchor, 'font-size': bold ? 11 : 10, 'font-weight': bold ? 700 : 400 }, halo), words);
  return svg('g', { class: 'inset', role: 'img', 'aria-label': title },
    svg('clipPath', { id }, area({})), inner,
    text(box.x0 + 5, box.y0 + 14, 'start', title, true),
    svg('path', { d: 'M' + (box.x1 - 8 - long) + ' ' + (box.y1 - 9) + 'v4h' + long + 'v-4', fill: 'none', stroke: '#15202b', 'stroke-width': 1.3 }),
    text(box.x1 - 8 - long / 2, box.y1 - 9, 'middle', say('km', { n: bar / 1000 })),
    area({ fill: 'none', stroke: '#24323f', 'stroke-width': 1.4, class: 'inset-frame' }));
}

// On the screen: the window where it is free, and the rectangle on the map that it enlarges.
function drawInset(looks, boxes, frame) {
  fill(plan.inset);
  const crowd = state.hidden.inset ? null : crowdedTown();
  if (!crowd) { return; }
  const there = occupied(boxes);
  const size = map.getSize();
  const most = Math.max(150, Math.min(300, size.x * 0.21));
  const form = Math.max(0.62, Math.min(1, crowd.h / crowd.w));
  let box = null;
  for (let w = most; !box && w >= 118; w *= 0.88) { box = freeBox(w, w * form, there, frame); }
  if (!box || (state.view === 'map' && (box.x1 - box.x0) / crowd.w < 1.6 * metres(map.getZoom()))) { return; }
  boxes.push(box);
  const o = map.containerPointToLayerPoint([0, 0]);
  put(plan.inset, townInset(crowd, { x0: box.x0 - o.x, x1: box.x1 - o.x, y0: box.y0 - o.y, y1: box.y1 - o.y }, looks, 'inset-clip', state.view === 'map' && hasCells));
  if (state.view === 'map') {
    const c = L.CRS.EPSG3857.unproject(L.point(crowd.x - crowd.w / 2, crowd.y + crowd.h / 2));
    const p = xy(c);
    const m = metres(map.getZoom());
    put(plan.beside, svg('rect', { class: 'inset-window', x: p.x, y: p.y, width: crowd.w * m, height: crowd.h * m }));
  }
}
