// The map itself: one drawing on a Leaflet map, in two views: circles without boundaries, or cells.
function decode(text, unit) {
  const points = [];
  let at = 0;
  let lat = 0;
  let lon = 0;
  const step = () => {
    let shift = 0;
    let value = 0;
    let byte = 0;
    do {
      byte = text.charCodeAt(at) - 63;
      at += 1;
      value |= (byte & 31) << shift;
      shift += 5;
    } while (byte >= 32);
    return value & 1 ? ~(value >> 1) : value >> 1;
  };
  while (at < text.length) {
    lat += step();
    lon += step();
    points.push([lat / (unit || 1e5), lon / (unit || 1e5)]);
  }
  return points;
}
const decoded = list => list.map(part => part.map(line => decode(line)));
const GEO = {
  cells: T.shape.map(decoded),
  outline: decoded(DATA.outline),
  lines: DATA.lines.map(line => ({ name: line.name, kind: line.kind, at: line.at, shape: decoded(line.shape) })),
  river: DATA.river.map(line => decode(line)),
};
const hasPlaces = T.seat.some(point => point[0] !== null) || GEO.cells.some(cell => cell.length > 0);
const hasPeople = T.people.some(people => people > 0);
const hasCells = GEO.cells.some(cell => cell.length > 0);

let map = null;
const plan = { root: null, cells: [], anchors: [], labels: [] };

const xy = point => map.latLngToLayerPoint(point);
const metres = zoom => 256 * Math.pow(2, zoom) / (2 * Math.PI * 6378137);

function path(parts, closed, to) {
  return parts.map(part => part.map(line => {
    const steps = line.map(point => { const p = (to || xy)(point); return p.x + ' ' + p.y; });
    return 'M' + steps.join('L') + (closed ? 'Z' : '');
  }).join('')).join('');
}

function bounds() {
  const box = L.latLngBounds([]);
  if (state.view === 'map') {
    const source = GEO.outline.length ? GEO.outline : [].concat.apply([], GEO.cells);
    source.forEach(part => part[0].forEach(point => box.extend(point)));
    T.seat.forEach(point => { if (point[0] !== null) { box.extend(point); } });
    return box;
  }
  T.circle.forEach(c => {
    const r = c[2] / 6378137 * 180 / Math.PI;
    box.extend([c[0] - r * Math.cos(c[0] * Math.PI / 180), c[1] - r]);
    box.extend([c[0] + r * Math.cos(c[0] * Math.PI / 180), c[1] + r]);
  });
  return box;
}

function fit() {
  const box = bounds();
  if (!box.isValid()) { return; }
  const tight = map.getSize().y < 480;
  map.fitBounds(box, {
    animate: false,
    paddingTopLeft: state.view === 'map' ? [46, tight ? 14 : 22] : [tight ? 42 : 50, tight ? 8 : 18],
    paddingBottomRight: state.view === 'map' ? [46, tight ? 24 : 34] : [tight ? 12 : 22, tight ? 8 : 16],
  });
  plan.fitted = map.getZoom() + ' ' + map.getCenter();
}

// A legend of more lines leaves the map less room: what was fitted is fitted again.
function refit() {
  const box = map.getContainer();
  if (kept || (box.clientHeight === map.getSize().y && box.clientWidth === map.getSize().x)) { return false; }
  const whole = plan.fitted === map.getZoom() + ' ' + map.getCenter();
  map.invalidateSize({ animate: false, pan: false });
  if (whole) { fit(); }
  return true;
}

function buildDrawing(pane) {
  plan.svg = svg('svg', { class: 'drawing', width: 1, height: 1, overflow: 'visible', role: 'group', 'aria-label': say('aria.map') });
  plan.ground = svg('g', { class: 'ground' });
  plan.shapes = svg('g', { class: 'shapes' });
  plan.edges = svg('g', { class: 'edges', 'pointer-events': 'none' });
  plan.waters = svg('g', { class: 'waters', 'pointer-events': 'none' });
  plan.beside = svg('g', { class: 'beside', 'pointer-events': 'none' });
  plan.marks = svg('g', { class: 'marks' });
  plan.names = svg('g', { class: 'names', 'pointer-events': 'none' });
  put(plan.svg, [patterns(), plan.ground, plan.shapes, plan.edges, plan.waters, plan.beside, plan.marks, plan.names]);
  plan.cells = T.code.map((code, k) => {
    const node = svg('path', {
      class: 'cell', role: 'button', tabindex: k === 0 ? 0 : -1, 'data-code': code,
      onclick: event => { if (map.dragging.moved()) { return; } if (adding) { placeSite(map.mouseEventToLatLng(event)); } else if (pinning >= 0) { placePin(map.mouseEventToLatLng(event)); } else { openTownship(k); } },
      onmouseenter: event => hover(k, event),
      onmousemove: event => moveTip(event),
      onmouseleave: () => hover(-1),
      onfocus: () => { plan.cells.forEach(other => other.setAttribute('tabindex', other === plan.cells[k] ? 0 : -1)); hover(k); },
      onblur: () => hover(-1),
      onkeydown: event => walk(event, k),
    });
    put(plan.shapes, node);
    return node;
  });
  pane.appendChild(plan.svg);
  plan.inset = svg('svg', { class: 'drawing inset-sheet', width: '100%', height: '100%' });
  map.getContainer().appendChild(plan.inset);
}

// Arrow keys go to the next township in that direction; Enter opens it.
function walk(event, k) {
  if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault();
    openTownship(k);
    return;
  }
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!way) { return; }
  event.preventDefault();
  event.stopPropagation();
  const from = plan.anchors[k];
  let best = -1;
  let least = Infinity;
  plan.anchors.forEach((to, other) => {
    const along = (to.x - from.x) * way[0] + (to.y - from.y) * way[1];
    const beside = Math.abs((to.x - from.x) * way[1]) + Math.abs((to.y - from.y) * way[0]);
    if (other !== k && along > 1 && along + 2.5 * beside < least) { best = other; least = along + 2.5 * beside; }
  });
  if (best >= 0) { plan.cells[best].focus(); }
}

// Geometry follows the zoom; colours and signs follow the figures.
function redraw() {
  const circle = state.view === 'circle';
  const scale = metres(map.getZoom());
  plan.anchors = T.code.map((_, k) => {
    if (circle) {
      const p = xy(T.circle[k]);
      return { x: p.x, y: p.y, r: T.circle[k][2] * scale };
    }
    return inside(k);
  });
  plan.cells.forEach((node, k) => {
    const a = plan.anchors[k];
    const ringPath = (r) => 'M' + (a.x - r) + ' ' + a.y + 'a' + r + ' ' + r + ' 0 1 0 ' + (2 * r) + ' 0a' + r + ' ' + r + ' 0 1 0 ' + (-2 * r) + ' 0Z';
    const cell = GEO.cells[k];
    node.setAttribute('d', circle ? ringPath(a.r) : cell.length ? path(cell, true) : ringPath(12));
  });
  plan.svg.classList.toggle('circles', circle);
  drawGround(circle);
  paint();
}

function drawGround(circle) {
  fill(plan.ground);
  fill(plan.waters);
  fill(plan.edges);
  const first = GEO.lines.findIndex(line => line.kind === 'river');
  if (!circle && GEO.outline.length) {
    put(plan.ground, svg('path', { d: path(GEO.outline, true), class: 'land' }));
    put(plan.edges, svg('path', { d: path(GEO.outline, true), class: 'county' }));
  }
  if (!circle && hasCells) {
    put(plan.edges, svg('path', { d: GEO.cells.map(cell => path(cell, true)).join(''), class: DATA.approximate ? 'border approximate' : 'border' }));
  }
  if (state.hidden.lines) { return; }
  if (circle) {
    if (GEO.river.length) {
      put(plan.ground, svg('path', { d: path([GEO.river], false), class: 'river main' }));
      put(plan.ground, lineName([GEO.river], first >= 0 ? GEO.lines[first].name : '', 'm', true));
    }
    return;
  }
  const names = [];
  GEO.lines.forEach((line, n) => {
    const main = n === first;
    const d = path(line.shape, false);
    if (line.kind === 'railway') {
      put(plan.waters, [svg('path', { d, class: 'rail' }), svg('path', { d, class: 'rail ties' })]);
    } else if (line.kind === 'neighbour') {
      put(plan.waters, svg('path', { d, class: 'neighbour' }));
    } else {
      put(plan.waters, [svg('path', { d, class: line.kind + ' casing' + (main ? ' main' : '') }), svg('path', { d, class: line.kind + (main ? ' main' : '') })]);
    }
    if (line.kind === 'river' && line.name) { names.push(lineName(line.shape, line.name, n, main)); }
  });
  put(plan.waters, names);
}

// The name of a river along its longest part, readable from left to right.
function lineName(parts, name, n, main) {
  let best = null;
  let longest = 0;
  parts.forEach(part => part.forEach(line => {
    const points = line.map(xy);
    let length = 0;
    for (let i = 1; i < points.length; i += 1) { length += points[i].distanceTo(points[i - 1]); }
    if (length > longest) { longest = length; best = points; }
  }));
  if (!best || longest < 60) { return null; }
  if (best[best.length - 1].x < best[0].x) { best = best.slice().reverse(); }
  const id = 'way' + n;
  return [
    svg('path', { id, d: 'M' + best.map(p => p.x + ' ' + p.y).join('L'), fill: 'none' }),
    svg('text', { class: 'river-name' + (main ? ' main' : ''), dy: main ? 4 : -3 },
      svg('textPath', { href: '#' + id, startOffset: main ? '72%' : '50%' }, main ? Array.from(name).join('\u2003') : name)),
  ];
}

// The roomiest point inside a cell, near enough: samples on a grid.
function inside(k) {
  const cell = GEO.cells[k];
  const seat = T.seat[k];
  if (!cell.length) {
    const p = seat[0] === null ? L.point(0, 0) : xy(seat);
    return { x: p.x, y: p.y, r: 12 };
  }
  const ringPoints = cell.map(part => part[0].map(xy)).sort((a, b) => b.length - a.length)[0];
  const xs = ringPoints.map(p => p.x);
  const ys = ringPoints.map(p => p.y);
  const [x0, x1, y0, y1] = [Math.min.apply(null, xs), Math.max.apply(null, xs), Math.min.apply(null, ys), Math.max.apply(null, ys)];
  let best = { x: (x0 + x1) / 2, y: (y0 + y1) / 2, r: 0 };
  for (let i = 1; i < 12; i += 1) {
    for (let j = 1; j < 12; j += 1) {
      const x = x0 + (x1 - x0) * i / 12;
      const y = y0 + (y1 - y0) * j / 12;
      const r = room(x, y, ringPoints);
      if (r > best.r) { best = { x, y, r }; }
    }
  }
  return best;
}

function room(x, y, points) {
  let within = false;
  let least = Infinity;
  for (let i = 0, j = points.length - 1; i < points.length; j = i, i += 1) {
    const a = points[i];
    const b = points[j];
    if ((a.y > y) !== (b.y > y) && x < (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x) { within = !within; }
    const len = (b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y);
    const t = len ? Math.max(0, Math.min(1, ((x - a.x) * (b.x - a.x) + (y - a.y) * (b.y - a.y)) / len)) : 0;
    least = Math.min(least, Math.hypot(x - a.x - t * (b.x - a.x), (y - a.y - t * (b.y - a.y)) * 1.3));
  }
  return within ? least : -1;
}
