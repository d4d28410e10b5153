// Beside the county: the names of its neighbours, the remark along its edge, areas reached.
function hull(points) {
  const all = points.slice().sort((a, b) => a.x - b.x || a.y - b.y);
  const half = list => {
    const out = [];
    list.forEach(p => {
      while (out.length > 1 && (out[out.length - 1].x - out[out.length - 2].x) * (p.y - out[out.length - 2].y) - (out[out.length - 1].y - out[out.length - 2].y) * (p.x - out[out.length - 2].x) <= 0) { out.pop(); }
      out.push(p);
    });
    return out.slice(0, -1);
  };
  return half(all).concat(half(all.reverse()));
}

// 「示意，非法定界线」 beside the county, along the straightest stretch that no label needs.
function edgeWords(boxes, frame) {
  const words = say('boundary.note');
  const long = wide(words, 11, false) + words.length * 2;
  const ring = hull([].concat.apply([], GEO.outline.map(part => part[0].map(xy))));
  let best = null;
  ring.forEach((a, n) => {
    const b = ring[(n + 1) % ring.length];
    const length = Math.hypot(b.x - a.x, b.y - a.y);
    if (length < 1) { return; }
    const [ux, uy] = [(b.x - a.x) / length, (b.y - a.y) / length];
    const [x, y] = [(a.x + b.x) / 2 + uy * 11, (a.y + b.y) / 2 - ux * 11];
    const flip = ux < 0;
    const [dx, dy] = flip ? [-ux, -uy] : [ux, uy];
    const spots = [];
    for (let s = -long / 2; s <= long / 2; s += 8) { spots.push({ x0: x + dx * s - 6, x1: x + dx * s + 6, y0: y + dy * s - 6, y1: y + dy * s + 6 }); }
    const hits = spots.filter(s => s.x0 < frame.x0 || s.x1 > frame.x1 || s.y0 < frame.y0 || s.y1 > frame.y1 || boxes.some(box => !apart(box, s))).length;
    const price = 40 * hits + Math.max(0, long - length) + 60 * Math.abs(dy) - (y > a.y || y > b.y ? 30 : 0);
    if (!best || price < best.price) { best = { price, x, y, turn: Math.atan2(dy, dx) * 180 / Math.PI, spots }; }
  });
  if (!best) { return; }
  put(plan.beside, svg('text', { class: 'edge-words', x: best.x, y: best.y + 4, transform: 'rotate(' + best.turn.toFixed(1) + ' ' + best.x.toFixed(1) + ' ' + best.y.toFixed(1) + ')' }, words));
  best.spots.forEach(s => boxes.push(s));
}

// A neighbour's name stands in its direction, as near to the county as there is room.
function neighbourNames(boxes, frame) {
  const there = occupied(boxes);
  if (state.view === 'circle') { there.rings = [hull([].concat.apply([], plan.anchors.map(a => [0, 1, 2, 3, 4, 5, 6, 7].map(n => ({ x: a.x + a.r * Math.cos(n * Math.PI / 4), y: a.y + a.r * Math.sin(n * Math.PI / 4) })))))]; }
  const own = plan.anchors.filter(a => a.x || a.y);
  if (!own.length) { return; }
  const middle = { x: own.reduce((s, a) => s + a.x, 0) / own.length, y: own.reduce((s, a) => s + a.y, 0) / own.length };
  const seats = T.seat.filter(p => p[0] !== null);
  const centre = seats.length ? xy([seats.reduce((s, p) => s + p[0], 0) / seats.length, seats.reduce((s, p) => s + p[1], 0) / seats.length]) : middle;
  GEO.lines.forEach(line => {
    if (line.kind !== 'neighbour' || !line.at || !line.name) { return; }
    const p = xy(line.at);
    const to = Math.atan2(p.y - centre.y, p.x - centre.x);
    const w = wide(line.name, 12, false) + 2 * line.name.length + 4;
    for (let n = 0; n < 13; n += 1) {
      const turn = to + (n % 2 ? 1 : -1) * Math.ceil(n / 2) * 0.07;
      for (let r = 20; r < 1600; r += 6) {
        const [x, y] = [middle.x + r * Math.cos(turn), middle.y + r * Math.sin(turn)];
        if (x < frame.x0 || x > frame.x1 || y < frame.y0 || y > frame.y1) { break; }
        const box = { x0: x - w / 2, x1: x + w / 2, y0: y - 11, y1: y + 11 };
        if (isFree(box, there, frame)) {
          put(plan.beside, svg('text', { class: 'neighbour-name', x, y: y + 4 }, line.name));
          boxes.push(box);
          there.boxes.push(box);
          return;
        }
      }
    }
  });
}

// From where the open venues of this programme are reached: for the eye, never to count.
const AREAS = DATA.areas || {};
const areasNow = () => (AREAS[state.type] || {})[state.cutoff] || [];
state.hidden.areas = true;
function drawAreas() {
  if (state.hidden.areas || state.view !== 'map') { return; }
  areasNow().forEach(area => put(plan.beside, svg('path', { class: 'area', d: path(area.map(part => part.map(line => decode(line, 1e4))), true), 'fill-rule': 'evenodd' })));
}
