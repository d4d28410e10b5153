// One township, explained: who lives there, what stands there, what is missing, what helps most.
function openTownship(k) {
  state.township = k;
  state.open = k;
  changed('township');
  const title = document.getElementById('sheet-title');
  if (title) { title.focus(); }
}

function closeTownship() {
  const k = state.open;
  state.open = -1;
  state.township = -1;
  changed('township');
  if (k >= 0) { plan.cells[k].focus(); }
}

function townshipSheet(k) {
  const missing = DATA.gaps[state.type] && DATA.gaps[state.type].targets[k];
  const anyShare = TYPES.some(type => model.measured(type.id));
  const out = [
    h('div.sheet-head', {},
      h('h2', { id: 'sheet-title', tabindex: -1 }, T.name[k], h('small', {}, ' ' + T.code[k])),
      h('button', { type: 'button', onclick: closeTownship }, say('close'))),
    h('dl.facts', {}, facts(k).map(pair => [h('dt', {}, pair[0]), h('dd', {}, pair[1])])),
    h('h3', {}, say('sheet.remedy', { type: kindName() })), remedy(k),
    missing ? h('p', {}, say('sheet.targets', { list: missing.split(/[;；]/).map(targetName).join(tongue ? '; ' : '、') })) : null,
    h('h3', {}, say('sheet.types')),
    h('table', {}, h('thead', {}, h('tr', {}, ['type', 'state', anyShare ? 'share' : '', 'nearest', 'reason'].filter(Boolean).map(key => h('th', { scope: 'col' }, say('col.' + key))))),
      h('tbody', {}, TYPES.filter(type => DATA.presence[type.id]).filter(type => type.programme || DATA.presence[type.id].state[k] !== 'u').map(type => typeRow(type, k, anyShare)))),
  ];
  const mine = DATA.venues.id.map((_, v) => v).filter(v => DATA.venues.township[v] === k);
  if (mine.length) {
    out.push(h('h3', {}, say('sheet.venues', { n: mine.length })), h('ul', {}, mine.map(v => h('li', {}, DATA.venues.name[v], h('small', {}, ' ' + [typeName(DATA.venues.type[v]), DATA.venues.open[v] ? '' : say('venue.not_open'), DATA.venues.location[v] === 'township' ? say('venue.unlocated') : ''].filter(Boolean).join(' · ')), pinButton(v)))));
  }
  return out;
}

const pinButton = v => (DATA.venues.location[v] === 'township' && hasCells ? h('button.small', { type: 'button', onclick: () => startPin(v) }, say(PINS[v] ? 'pin.again' : 'pin')) : null);

const targetName = id => {
  const row = DATA.targets.find(item => item.id === id.trim());
  return row ? both(row.name) : clean(id);
};

function facts(k) {
  const list = [
    [say('fact.people'), count(T.people[k]) + (hasPeople ? ' ' + say('population', { year: DATA.population.year, kind: say('population.' + DATA.population.kind) }) : '')],
    [say('fact.villages'), count(T.villages[k])],
    [say('fact.located'), T.located_share[k] === null ? say('missing') : say('fact.located_words', { n: count(T.located[k]), all: count(T.villages[k]) })],
    [say('fact.quality'), qualityWords(k)],
    [say('fact.boundary'), T.approximate[k] ? say('boundary.note') : say('boundary.given')],
  ];
  if (T.outside[k]) { list.push([say('fact.outside'), say('outside.words')]); }
  if (model.measured(state.type)) { kind().cutoffs.forEach(cutoff => list.push([say('fact.share', { cutoff }), shareFact(k, cutoff)])); }
  if (T.elevation[k] !== null) { list.push([say('fact.elevation'), say('metres', { n: T.elevation[k] })]); }
  return list;
}

// "44%（0–81%），5,814 人可达，7,267 人未覆盖", with what the band leaves out.
function shareFact(k, cutoff) {
  const list = planned();
  const now = model.reached(state.type, model.nearest(state.type, list), cutoff);
  const told = shareWords(k, state.type, list, cutoff);
  const why = now.refused[k] && DATA.coverage[state.type][cutoff].refused[k];
  const people = told.figure ? say('share.people', { c: count(now.covered[k]), u: count(now.uncovered[k]), x: now.unknown[k] ? say('share.unknown', { n: count(now.unknown[k]) }) : '', unit: unitOf(kind()) }) : why ? ' ' + both(DATA.refusals[why]) : '';
  return told.words + people + (told.partly ? say('share.partly') : '');
}

function typeRow(type, k, anyShare) {
  const p = DATA.presence[type.id];
  const list = state.mode === 'now' ? [] : type.id === state.type ? planned() : state.chosen[type.id] || [];
  const here = list.filter(j => DATA.candidates.township[j] === k).length;
  const near = nearestWords(type.id, k);
  const words = { h: say('value.has', { n: p.open[k] }), n: say('none'), u: say('unreported') }[p.state[k]];
  return h('tr', {}, h('th', { scope: 'row' }, both(type.short)),
    h('td', {}, h('span.state.' + { h: 'has', n: 'none', u: 'unreported' }[p.state[k]], {}, words), here ? [' ', h('span.state.' + (p.state[k] === 'u' ? 'maybe' : 'added'), {}, say(p.state[k] === 'u' ? 'value.if_none' : 'value.added', { n: here }))] : null),
    anyShare ? h('td', {}, model.measured(type.id) ? [shareWords(k, type.id, list, type.id === state.type ? state.cutoff : type.cutoff).words, h('small', {}, ' ' + say('minutes', { n: type.id === state.type ? state.cutoff : type.cutoff }))] : '') : null,
    h('td', {}, near ? [near.name, ' ', near.far] : ''),
    h('td', {}, say('reason.' + (p.reason[k] || 'no_answer'))));
}

// How the people's places are known: on that rests every figure of who is reached.
function qualityWords(k) {
  const all = T.at_own[k] + T.at_asked[k] + T.at_seat[k] + T.at_none[k];
  if (!all) { return say('missing'); }
  return ['own', 'asked', 'seat', 'none'].filter(how => T['at_' + how][k] > 0).map(how => say('quality.' + how, { share: share(T['at_' + how][k], all) })).join('，');
}

// The candidate, wherever it lies, that brings most of the township's people within the limit:
// per yuan among those whose cost is given, otherwise in people; ties go to the first id.
function bestRemedy(type, k, free) {
  const measured = model.measured(type.id);
  const open = measured ? DATA.candidates.id.map((_, j) => j).filter(j => chosen().indexOf(j) < 0 && model.serves(j, type.id) && model.columnOf(j) >= 0) : free;
  if (!measured) {
    if (!open.length || figures().presence.was[k] === 'h' || chosen().some(j => DATA.candidates.township[j] === k)) { return null; }
    const priced = open.filter(j => DATA.candidates.cost[j] > 0).sort((a, b) => DATA.candidates.cost[a] - DATA.candidates.cost[b] || a - b);
    return { j: priced.length ? priced[0] : open[0], people: 0 };
  }
  const people = model.brought(type.id, chosen(), state.cutoff, k, open);
  const useful = open.map((j, n) => ({ j, people: people[n], cost: DATA.candidates.cost[j] })).filter(one => one.people > 0);
  const priced = useful.filter(one => one.cost > 0);
  const worthOf = priced.length ? one => one.people / one.cost : one => one.people;
  return (priced.length ? priced : useful).sort((a, b) => worthOf(b) - worthOf(a) || a.j - b.j)[0] || null;
}

function bestWords(type, best) {
  const cost = DATA.candidates.cost[best.j];
  const words = best.people ? say('remedy.brings', { n: count(best.people), cutoff: state.cutoff, unit: unitOf(type) }) : say('remedy.has');
  return words + (cost ? say('remedy.price', { cost: money(cost), each: best.people ? say('remedy.each', { n: count(cost / best.people) }) : '' }) : say(best.people ? 'remedy.unpriced' : 'remedy.unpriced_first'));
}

// The candidate here that adds most, or the proposed site; nobody invents a remedy where nothing is known.
function remedy(k) {
  const type = kind();
  const p = DATA.presence[type.id];
  const here = chosen().filter(j => DATA.candidates.township[j] === k);
  const gain = model.gains(type.id, chosen(), state.cutoff);
  const free = DATA.candidates.id.map((_, j) => j).filter(j => DATA.candidates.township[j] === k && here.indexOf(j) < 0 && model.serves(j, type.id)).sort((a, b) => gain[b] - gain[a] || a - b);
  const rows = [];
  const far = nearestNow(type.id)[k];
  const limit = model.measured(type.id) ? state.cutoff : type.cutoff;
  const over = limit && far.minutes !== null ? far.minutes - limit : 0;
  if (over > 1e-6) { rows.push(h('p.over', {}, say('remedy.over', { name: nearestWords(type.id, k).name, n: Math.ceil(far.minutes - 1e-6), cutoff: limit, over: Math.ceil(over - 1e-6) }))); }
  if (p && p.state[k] === 'u') { rows.push(h('p', {}, say('remedy.ask', { type: kindName() }))); }
  const best = bestRemedy(type, k, free);
  if (best) { rows.push(h('p.best', { 'data-candidate': DATA.candidates.id[best.j] }, h('b', {}, say('remedy.best')), DATA.candidates.name[best.j], tongue ? ', ' : '，', bestWords(type, best), ' ', h('button.small', { type: 'button', onclick: () => toggle(best.j) }, say('remedy.take')))); }
  if (here.length) { rows.push(h('ul.picks', {}, here.map(j => h('li', {}, h('label', {}, h('input', { type: 'checkbox', checked: true, 'data-candidate': DATA.candidates.id[j], onchange: () => toggle(j) }), siteLabel(j)))))); }
  if (free.length) {
    rows.push(h('p.small', {}, say('remedy.free', { n: free.length })));
    rows.push(h('ul.picks', {}, free.slice(0, 12).map(j => h('li', {}, h('label', {}, h('input', { type: 'checkbox', 'data-candidate': DATA.candidates.id[j], onchange: () => toggle(j) }), DATA.candidates.name[j], gain[j] ? h('small', {}, ' +' + count(gain[j])) : null)))));
  }
  if (!here.length && !free.length) { rows.push(h('p', {}, say('remedy.none'))); }
  return rows;
}
