// Colours, signs and labels: everything on the map that follows the figures.
function paint() {
  const looks = T.code.map((_, k) => look(k));
  plan.cells.forEach((node, k) => {
    node.setAttribute('fill', looks[k].fill);
    node.setAttribute('aria-label', T.name[k] + '，' + looks[k].words);
    node.classList.toggle('picked', k === state.township);
    node.classList.toggle('hovered', k === state.hover);
    node.classList.toggle('changed', Boolean(figures()) && figures().presence.added[k] > 0 && state.mode !== 'now');
  });
  const marks = state.view === 'circle' ? rimMarks() : placeMarks();
  fill(plan.marks, marks.map(drawMark));
  const boxes = marks.map(m => ({ x0: m.x - m.r, x1: m.x + m.r, y0: m.y - m.r, y1: m.y + m.r }));
  const labels = state.view === 'circle' ? roundLabels(looks) : freeLabels(looks, marks, boxes);
  fill(plan.names, labels);
  fill(plan.beside);
  drawAreas();
  const o = map.containerPointToLayerPoint([0, 0]);
  const frame = { x0: o.x + 8, y0: o.y + 8, x1: o.x + map.getSize().x - 8, y1: o.y + map.getSize().y - 8 };
  if (state.view === 'map' && DATA.approximate && GEO.outline.length) { edgeWords(boxes, frame); }
  drawInset(looks, boxes, frame);
  if (!state.hidden.lines) { neighbourNames(boxes, frame); }
}

const numberOf = list => {
  const found = {};
  list.forEach((j, n) => { found[j] = n + 1; });
  return found;
};

function visibleVenues() {
  return DATA.venues.id.map((_, v) => v).filter(v => {
    const type = typeOf(DATA.venues.type[v]);
    if (!type || !DATA.venues.open[v] || DATA.venues.township[v] < 0) { return false; }
    return state.hidden[type.id] === undefined ? type.id === state.type : !state.hidden[type.id];
  });
}

function drawMark(mark) {
  const group = svg('g', {
    class: 'mark ' + mark.what, 'data-township': T.code[mark.township],
    onmouseenter: event => showTip(event, mark.words), onmousemove: moveTip, onmouseleave: hideTip,
    onclick: () => (mark.candidate >= 0 ? toggle(mark.candidate) : openTownship(mark.township)),
  });
  if (mark.from && Math.hypot(mark.from.x - mark.x, mark.from.y - mark.y) > mark.r) {
    put(group, [
      svg('line', { x1: mark.from.x, y1: mark.from.y, x2: mark.x, y2: mark.y, class: 'leader', stroke: '#35424e' }),
      svg('circle', { cx: mark.from.x, cy: mark.from.y, r: 1.6, class: 'foot' }),
    ]);
  }
  if (mark.what === 'venue') { put(group, mark.unplaced ? unplaced(mark.type, mark.x, mark.y, 8) : sign(mark.type, mark.x, mark.y, 6.5)); }
  if (mark.what === 'chosen') { put(group, disc(mark.x, mark.y, mark.number, mark.conditional, 9.5, unsure(mark.candidate))); }
  if (mark.what === 'free') { put(group, ring(mark.x, mark.y)); }
  if (mark.what === 'star') { put(group, sign({ sign: STAR, colour: '#b3161b' }, mark.x, mark.y, 7)); }
  if (mark.count > 1) {
    put(group, svg('text', { class: 'times', x: mark.x + 6, y: mark.y - 3 }, '×' + mark.count));
  }
  return group;
}

// On circles: venues stand on the lower rim, chosen sites on the upper rim.
function rimMarks() {
  const marks = [];
  const number = numberOf(chosen());
  T.code.forEach((_, k) => {
    const a = plan.anchors[k];
    const byType = {};
    visibleVenues().filter(v => DATA.venues.township[v] === k).forEach(v => {
      const id = DATA.venues.type[v];
      byType[id] = (byType[id] || []).concat([v]);
    });
    const ids = Object.keys(byType);
    ids.forEach((id, n) => {
      const turn = Math.PI * 0.75 - (n - (ids.length - 1) / 2) * 15 / a.r;
      marks.push({
        what: 'venue', township: k, type: typeOf(id), count: byType[id].length, r: 6.5, candidate: -1,
        x: a.x + a.r * Math.cos(turn), y: a.y + a.r * Math.sin(turn),
        words: byType[id].map(v => DATA.venues.name[v]),
      });
    });
    const mine = planned().filter(j => DATA.candidates.township[j] === k);
    mine.slice(0, 6).forEach((j, n) => {
      const turn = -Math.PI * 0.27 + (n - (mine.length > 1 ? 0.5 : 0)) * 20 / a.r;
      marks.push({
        what: 'chosen', township: k, candidate: j, number: number[j], conditional: conditional(j), r: 9.5,
        x: a.x + a.r * Math.cos(turn), y: a.y + a.r * Math.sin(turn), words: siteWords(j),
      });
    });
  });
  return marks;
}

function siteWords(j) {
  const row = proposal(j);
  return [row ? both(row.label) : DATA.candidates.name[j], row && row.condition === 'if_none' ? say('if_none') : '', proofOf(j) ? say('proof.' + proofOf(j).label) + (unsure(j) ? ' ' + say('proof.unsure') : '') : '', proofOf(j) ? both(proofOf(j).why) : ''].filter(Boolean);
}

const proposal = j => DATA.placement.find(row => row.type === state.type && row.candidate === j);

function countyTown() {
  const streets = T.code.map((_, k) => k).filter(k => T.kind[k] === '街道' && T.seat[k][0] !== null);
  return streets.sort((a, b) => (T.people[b] || 0) - (T.people[a] || 0))[0];
}

// On cells: signs at their places (or the seat), moved apart where they crowd.
function placeMarks(to) {
  const marks = [];
  const number = numberOf(chosen());
  const at = (point, k) => (point ? (to || xy)(point) : T.seat[k][0] === null ? null : (to || xy)(T.seat[k]));
  const add = (point, mark) => {
    if (!point) { return; }
    marks.push(Object.assign({ x: point.x, y: point.y, from: { x: point.x, y: point.y }, count: 1, candidate: -1 }, mark));
  };
  const town = countyTown();
  if (town !== undefined) { add(at(null, town), { what: 'star', township: town, r: 7, words: [say('county_town')] }); }
  const piles = {};
  visibleVenues().forEach(v => {
    const k = DATA.venues.township[v];
    if (DATA.venues.at[v]) {
      add(at(DATA.venues.at[v], k), { what: 'venue', township: k, type: typeOf(DATA.venues.type[v]), r: 6.5, words: [DATA.venues.name[v]] });
    } else {
      const key = k + ' ' + DATA.venues.type[v];
      piles[key] = (piles[key] || []).concat([v]);
    }
  });
  Object.keys(piles).forEach(key => {
    const k = Number(key.split(' ')[0]);
    const first = piles[key][0];
    add(at(null, k), { what: 'venue', township: k, type: typeOf(DATA.venues.type[first]), count: piles[key].length, r: 8, unplaced: true, words: piles[key].map(v => DATA.venues.name[v]).concat([say('venue.unlocated')]) });
  });
  planned().forEach(j => add(at(DATA.candidates.at[j], DATA.candidates.township[j]), { what: 'chosen', township: DATA.candidates.township[j], candidate: j, number: number[j], conditional: conditional(j), r: 9.5, words: siteWords(j) }));
  spread(marks, 60);
  if (state.mode !== 'now' && !state.hidden.free) {
    const busy = marks.slice();
    DATA.candidates.id.forEach((_, j) => {
      if (number[j] || !model.serves(j, state.type) || !DATA.candidates.at[j]) { return; }
      const p = at(DATA.candidates.at[j], DATA.candidates.township[j]);
      if (busy.some(m => Math.hypot(m.x - p.x, m.y - p.y) < m.r + 4)) { return; }
      const mark = { what: 'free', township: DATA.candidates.township[j], candidate: j, r: 3.6, x: p.x, y: p.y, count: 1, words: [DATA.candidates.name[j]] };
      busy.push(mark);
      marks.unshift(mark);
    });
  }
  return marks;
}

function roundLabels(looks) {
  return T.code.map((code, k) => {
    const a = plan.anchors[k];
    const name = shortName(k, a.r);
    const size = Math.max(10, Math.min(19, a.r / 2.7));
    const fits = Math.min(size, (2 * Math.sqrt(Math.max(1, a.r * a.r - size * size * 1.1)) - 2) / Math.max(1, wide(name, 1, true) * 1));
    const font = Math.max(9.5, Math.min(size, fits));
    return svg('g', { class: 'label' + (looks[k].dark ? ' on-dark' : ''), 'data-code': code },
      svg('text', { x: a.x, y: a.y - 2, 'text-anchor': 'middle', 'font-size': font.toFixed(1), class: 'name' }, name),
      svg('text', { x: a.x, y: a.y + font * 1.08, 'text-anchor': 'middle', 'font-size': Math.max(9.5, font - 0.5).toFixed(1), class: 'value' }, looks[k].value));
  });
}

// A small circle drops 镇 or 乡 before it drops legibility.
function shortName(k, r) {
  const name = T.name[k];
  if (wide(name, 10, true) <= 1.72 * r) { return name; }
  const stem = name.replace(/(街道|镇|乡)$/, '');
  return Array.from(stem).length >= 2 ? stem : name;
}

function freeLabels(looks, marks, boxes) {
  const size = map.getSize().y < 480 ? 10.5 : map.getSize().y < 700 ? 12 : 13.5;
  const origin = map.containerPointToLayerPoint([0, 0]);
  const frame = { x0: origin.x + 2, y0: origin.y + 2, x1: origin.x + map.getSize().x - 2, y1: origin.y + map.getSize().y - 2 };
  const visible = plan.anchors.map(a => a.x > frame.x0 && a.x < frame.x1 && a.y > frame.y0 && a.y < frame.y1);
  const wanted = T.code.map((_, k) => ({
    x: plan.anchors[k].x, y: plan.anchors[k].y, room: visible[k] ? plan.anchors[k].r : 1e6,
    w: Math.max(wide(T.name[k], size, true), wide(looks[k].value, size - 1, false)) + 3, h: size * 2.62,
  }));
  const solid = marks.filter(m => m.what !== 'free').map(m => ({ weight: m.what === 'chosen' ? 1.3 : 0.6, x0: m.x - m.r, x1: m.x + m.r, y0: m.y - m.r, y1: m.y + m.r }));
  const spots = arrange(wanted.map(w => (w.room === 1e6 ? Object.assign({}, w, { x: -1e7 }) : w)), solid, frame);
  return T.code.map((code, k) => {
    const spot = spots[k];
    if (!spot) { return null; }
    const a = plan.anchors[k];
    boxes.push(spot.box);
    return svg('g', { class: 'label', 'data-code': code },
      spot.far > 30 || (spot.far > 12 && !GEO.cells[k].some(part => ringHolds(spot.x, spot.y, part[0].map(xy)))) ? leader(a, spot, wanted[k]) : null,
      svg('text', { x: spot.x, y: spot.y - size * 0.12, 'text-anchor': 'middle', 'font-size': size, class: 'name' }, T.name[k]),
      svg('text', { x: spot.x, y: spot.y + size * 0.98, 'text-anchor': 'middle', 'font-size': size - 1, class: 'value' }, looks[k].value));
  });
}

// From the township's middle to the nearest edge of its label.
function leader(a, spot, box) {
  const x = Math.max(spot.x - box.w / 2, Math.min(spot.x + box.w / 2, a.x));
  const y = Math.max(spot.y - box.h / 2, Math.min(spot.y + box.h / 2, a.y));
  return [svg('line', { x1: a.x, y1: a.y, x2: x, y2: y, class: 'leader' }), svg('circle', { cx: a.x, cy: a.y, r: 1.6, class: 'foot' })];
}

// Tooltips: text nodes in one box.
let tip = null;
function showTip(event, rows) {
  if (!tip) { tip = h('div.tip', { role: 'tooltip' }); document.body.appendChild(tip); }
  fill(tip, rows.map((row, n) => h(n ? 'div' : 'strong', {}, row)));
  tip.style.display = 'block';
  if (event && event.clientX !== undefined) { moveTip(event); }
}
function moveTip(event) {
  if (!tip || tip.style.display === 'none' || !event || event.clientX === undefined) { return; }
  const width = tip.offsetWidth;
  const left = event.clientX + 14 + width > window.innerWidth ? event.clientX - width - 10 : event.clientX + 14;
  tip.style.left = Math.max(2, left) + 'px';
  tip.style.top = Math.max(2, Math.min(event.clientY + 14, window.innerHeight - tip.offsetHeight - 4)) + 'px';
}
function hideTip() { if (tip) { tip.style.display = 'none'; } }

function hover(k, event) {
  state.hover = k;
  plan.cells.forEach((node, n) => node.classList.toggle('hovered', n === k));
  Array.prototype.forEach.call(document.querySelectorAll('tr[data-code]'), row => {
    row.classList.toggle('hovered', k >= 0 && row.getAttribute('data-code') === T.code[k]);
  });
  if (k < 0) { hideTip(); return; }
  if (event) { showTip(event, townshipTip(k)); }
}

function townshipTip(k) {
  const rows = [T.name[k], say('tip.people', { n: count(T.people[k]) }), kindName() + '：' + look(k).words];
  const near = nearestWords(state.type, k);
  if (near) { rows.push(say('tip.nearest', near)); }
  if (T.outside[k]) { rows.push(say('outside.words')); }
  if (T.approximate[k] && state.view === 'map') { rows.push(say('boundary.note')); }
  return rows;
}

const kindName = () => (kind() ? both(kind().short) : '');
const farWords = (gaps, k) => (gaps.minutes[k] !== null ? say('minutes', { n: Math.ceil(gaps.minutes[k]) }) : gaps.km[k] !== null ? say('km', { n: gaps.km[k] }) : say('missing'));
