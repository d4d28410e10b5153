// The right side: one sentence, four numbers, the switches.
const parts = {};

function renderPanel() {
  fill(parts.headline, unbroken(headline()));
  fill(parts.cards, cards());
  fill(parts.controls, controls());
  fill(parts.reconcile, reconcile());
}

// What stands in brackets is read in one piece.
const unbroken = text => text.split(/([（(][^）)]*[）)])/).map((piece, n) => (n % 2 ? h('span.whole', {}, piece) : piece));

function headline() {
  const type = kind();
  const now = figures();
  if (!type || !now) { return say('headline.empty'); }
  const p = now.presence;
  const all = T.code.length;
  const name = kindName();
  if (state.metric === 'coverage' && now.cover) {
    const total = now.cover.total;
    const people = total.covered + total.uncovered + total.unknown;
    const band = bandWords(bands().total);
    const first = say('headline.coverage', { cutoff: state.cutoff, n: crowd(total.covered, type), share: (total.unknown > 0 && !band ? '≥' : '') + share(total.covered, people), band });
    if (state.mode === 'now') { return first; }
    if (!planned().length) { return say('headline.no_sites', { rest: first }); }
    if (total.covered === now.base.total.covered) { return say('headline.coverage_same', { sites: planned().length, rest: first }); }
    return say('headline.coverage_plan', { sites: planned().length, rest: first, more: crowd(total.covered - now.base.total.covered, type) });
  }
  if (p.tallyWas.u === all && state.mode !== 'now' && planned().length) { return say('headline.unreported_plan', { n: all, type: name, sites: planned().length }); }
  if (p.tallyWas.u === all) { return say('headline.unreported', { n: all, type: name }); }
  const was = say('headline.presence', { all, type: name, h: p.tallyWas.h, n: p.tallyWas.n, u: p.tallyWas.u });
  if (state.mode === 'now') { return was; }
  if (!planned().length) { return say('headline.no_sites', { rest: was }); }
  return say('headline.presence_plan', { sites: planned().length, type: name, h: p.tally.h, all, gap: p.tally.n, u: p.tally.u });
}

// "44 万人", "980 人", "44,000 people".
const crowd = (n, type) => roughly(n) + (tongue || n < 10000 ? ' ' : '') + unitOf(type);

const unitOf = type => say(type.people === 'pupils' ? 'unit.pupils' : 'unit.residents');

function bandWords(of) {
  return roughly(of.low) === roughly(of.high) ? '' : say('headline.band', { low: roughly(of.low), high: roughly(of.high) });
}

function card(name, value, note, className, delta) {
  return h('div.card' + (className ? '.' + className : ''), { 'data-card': className || '' },
    h('div.card-name', {}, name),
    h('div.card-value', {}, value),
    h('div.card-note', {}, delta ? [note ? note + ' ' : '', h('span.delta', {}, delta)] : note || '\u00a0'));
}

function cards() {
  const now = figures();
  if (!now) { return null; }
  const p = now.presence;
  const list = planned();
  const cost = now.cost;
  const last = card(say('card.sites'), String(list.length), state.mode === 'now' ? say('card.sites_now', { n: chosen().length }) : cost.sum ? say(cost.blank ? 'card.cost_part' : 'card.cost', { n: money(cost.sum), blank: cost.blank }) : say('card.cost_none'), 'sites');
  if (state.metric === 'coverage' && now.cover) {
    const t = now.cover.total;
    const b = now.base.total;
    const people = t.covered + t.uncovered + t.unknown;
    const diff = (x, y) => (state.mode === 'now' || x === y ? '' : compact(x - y));
    return [
      card(say(kind().people === 'pupils' ? 'card.covered_pupils' : 'card.covered'), count(t.covered), share(t.covered, people), 'covered', diff(t.covered, b.covered)),
      card(say(kind().people === 'pupils' ? 'card.uncovered_pupils' : 'card.uncovered'), count(t.uncovered), share(t.uncovered, people), 'uncovered', diff(t.uncovered, b.uncovered)),
      card(say('card.unknown'), count(t.unknown), say('card.of', { n: compact(people).replace('+', '') }), 'unknown'),
      last,
    ];
  }
  const all = say('card.of_townships', { n: T.code.length });
  const one = (key, name) => {
    const moved = state.mode !== 'now' && p.tally[key] !== p.tallyWas[key];
    if (key === 'u' && p.ifNone) { return card(say(name), String(p.tally[key]), say('card.if_none', { n: p.ifNone }), name, ''); }
    return card(say(name), String(p.tally[key]), moved ? '' : all, name, moved ? say('card.than_now', { n: signed(p.tally[key] - p.tallyWas[key]) }) : '');
  };
  return [
    one('h', 'has'), one('n', 'none'), one('u', 'unreported'),
    last,
  ];
}

function controls() {
  const type = kind();
  if (!type) { return null; }
  const out = [segments(say('metric'), metrics(), state.metric, value => set('metric', value))];
  if (type.cutoffs.length && model.measured(type.id)) {
    out.push(segments(say('cutoff'), type.cutoffs.map(c => ({ value: c, label: say('minutes', { n: c }) })), state.cutoff, value => { state.cutoff = value; if (state.metric === 'presence') { state.metric = 'coverage'; } changed(); }));
  } else if (type.programme) {
    out.push(h('p.refusal', {}, refusal(type)));
  }
  return out;
}

function refusal(type) {
  const table = DATA.coverage[type.id];
  const figure = table && table[String(type.cutoff)];
  const why = figure && figure.refused[T.code.length];
  return say('coverage.refused', { why: why ? both(DATA.refusals[why]) : say('no_minutes') });
}

function reconcile() {
  const now = figures();
  if (!now) { return null; }
  const p = now.presence.tally;
  const out = [say('reconcile.presence', { h: p.h, n: p.n, u: p.u, all: T.code.length })];
  if (now.presence.ifNone) { out.push(say('card.if_none', { n: now.presence.ifNone })); }
  if (now.cover && state.metric === 'coverage') {
    const t = now.cover.total;
    out.push(say('reconcile.people', { c: count(t.covered), u: count(t.uncovered), x: count(t.unknown), all: count(t.covered + t.uncovered + t.unknown), unit: unitOf(kind()) }));
  }
  return out.map((sum, n) => [n ? '　' : '', h('span.whole', {}, sum)]);
}

function typeSwitch() {
  const main = TYPES.filter(type => type.programme);
  const more = TYPES.filter(type => !type.programme);
  const choices = main.map(type => ({ value: type.id, label: both(type.short), title: both(type.name) }));
  const bar = segments(say('programme'), choices, state.type, pickType);
  if (!more.length) { return bar; }
  const here = more.some(type => type.id === state.type);
  return h('div.typebar', {}, bar, h('select.more', {
    'aria-label': say('programme.more'), class: 'more' + (here ? ' on' : ''),
    onchange: event => { if (event.target.value) { pickType(event.target.value); } },
  }, h('option', { value: '', selected: !here }, say('programme.more')),
  more.map(type => h('option', { value: type.id, selected: type.id === state.type }, both(type.name)))));
}

function modeSwitch() {
  return segments(say('mode'), ['now', 'plan', 'diff'].map(value => ({ value, label: say('mode.' + value) })), state.mode, value => set('mode', value));
}

function viewSwitch() {
  const cells = hasCells || GEO.outline.length;
  return segments(say('view'), [
    { value: 'circle', label: say('view.circle'), title: say('view.circle_note') },
    { value: 'map', label: say('view.map'), disabled: !cells },
  ], state.view, value => { state.view = value; changed('view'); });
}

// The legend says exactly what is on the map now; its signs are the layer switches.
function legend() {
  const rows = [];
  const chip = (colour, text) => h('span.key', {}, h('span.chip' + (colour[0] === '#' ? '' : '.' + colour), { style: colour[0] === '#' ? { background: colour } : {} }), text);
  const now = figures();
  if (!now) { return null; }
  const p = now.presence.tally;
  if (state.mode === 'diff') {
    rows.push(chip(INK.more[0], say('legend.more')), chip('#f4f5f6', say('value.same')));
  } else if (state.metric === 'coverage' && now.cover) {
    rows.push(h('b', {}, say('legend.coverage', { cutoff: state.cutoff })));
    const marksAt = ['< 20%', '20–40%', '40–60%', '60–80%', '≥ 80%'];
    INK.gap.forEach((colour, n) => rows.push(chip(colour, marksAt[n])));
    rows.push(chip('dots', say('unknown')));
  } else {
    rows.push(h('b', {}, kindName()));
    rows.push(chip(INK.none, say('none') + ' ' + p.n), chip('hatch', say('unreported') + ' ' + p.u), chip(INK.quiet, say('has') + ' ' + p.h));
    if (state.mode !== 'now' && now.presence.added.some((n, k) => n && now.presence.was[k] !== 'u')) { rows.push(chip(INK.tint, say('legend.added'))); }
    if (state.mode !== 'now' && now.presence.added.some((n, k) => n && now.presence.was[k] === 'u')) { rows.push(chip('hatch-plan', say('legend.if_none'))); }
  }
  const symbol = node => svg('svg', { width: 18, height: 18, viewBox: '-9 -9 18 18', 'aria-hidden': 'true' }, node);
  rows.push(h('span.key', {}, symbol(sign(kind(), 0, 0, 6)), say('legend.venue', { type: kindName() })));
  if (state.view === 'map' && visibleVenues().some(v => !DATA.venues.at[v])) { rows.push(h('span.key', {}, symbol(unplaced(kind(), 0, 0, 7)), say('legend.unlocated'))); }
  if (state.mode !== 'now') {
    const maybe = chosen().some(conditional);
    rows.push(h('span.key', {}, symbol(disc(0, 0, 1, maybe, 8)), maybe ? say('legend.chosen_if') : say('legend.chosen')));
    if (planned().some(j => !conditional(j) && unsure(j))) { rows.push(h('span.key', {}, symbol(disc(0, 0, 1, false, 8, true)), say('proof.unsure'))); }
    if (state.view === 'map') { rows.push(h('span.key', {}, symbol(ring(0, 0)), say('legend.free'))); }
  }
  if (!hasPlaces) { rows.push(h('span.key.soft', {}, say('legend.unplaced'))); } else if (state.view === 'circle' && hasPeople) { rows.push(h('span.key.soft', {}, say('legend.circle', { n: count(DATA.smallest_circle) }))); }
  return rows;
}

function layerMenu() {
  const rows = TYPES.filter(type => DATA.venues.type.indexOf(type.id) >= 0).map(type => {
    const shown = state.hidden[type.id] === undefined ? type.id === state.type : !state.hidden[type.id];
    const number = DATA.venues.type.filter((id, v) => id === type.id && DATA.venues.open[v]).length;
    return h('label.layer', {}, h('input', { type: 'checkbox', checked: shown, onchange: event => { state.hidden[type.id] = !event.target.checked; changed('layers'); } }),
      svg('svg', { width: 16, height: 16, viewBox: '-8 -8 16 16', 'aria-hidden': 'true' }, sign(type, 0, 0, 6)), both(type.name) + ' ' + number);
  });
  const plain = (key, label) => h('label.layer', {}, h('input', { type: 'checkbox', checked: !state.hidden[key], onchange: event => { state.hidden[key] = !event.target.checked; changed('layers'); } }), label);
  rows.push(plain('free', say('legend.free')), plain('lines', say('layers.lines')));
  if (areasNow().length && hasCells) { rows.push(plain('areas', say('layers.areas'))); }
  rows.push(plain('inset', say('inset')));
  if (DATA.tiles) { rows.push(h('label.layer', {}, h('input', { type: 'checkbox', checked: state.tiles, onchange: event => { setTiles(event.target.checked); } }), say('tiles'))); }
  return rows;
}

// An online ground, off until somebody asks for it; the file works without.
let tileLayer = null;
function setTiles(on) {
  state.tiles = on;
  if (tileLayer) { map.removeLayer(tileLayer); tileLayer = null; }
  if (on) {
    tileLayer = L.tileLayer(DATA.tiles.url, { subdomains: DATA.tiles.subdomains, opacity: 0.75, maxZoom: 17 });
    tileLayer.addTo(map);
    notice(say(DATA.tiles.key ? 'tiles.key' : 'tiles.asked'));
  }
  document.body.classList.toggle('tiled', on);
}
