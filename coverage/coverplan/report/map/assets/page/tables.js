// The tables beside the map: gaps, sites, targets, and where it all comes from.
const TABS = ['gaps', 'sites', 'targets', 'notes'];

function renderTab() {
  fill(parts.tabs, TABS.map(name => h('button', {
    type: 'button', role: 'tab', id: 'tab-' + name, 'aria-selected': state.tab === name ? 'true' : 'false',
    'aria-controls': 'tabpanel', tabindex: state.tab === name ? 0 : -1,
    onclick: () => { state.open = -1; set('tab', name); },
    onkeydown: event => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) { return; }
      const next = TABS[(TABS.indexOf(name) + step + TABS.length) % TABS.length];
      set('tab', next);
      document.getElementById('tab-' + next).focus();
    },
  }, say('tab.' + name))));
  parts.tabpanel.setAttribute('aria-labelledby', 'tab-' + state.tab);
  if (state.open >= 0) { fill(parts.tabpanel, townshipSheet(state.open)); return; }
  const top = parts.tabpanel.scrollTop;
  fill(parts.tabpanel, { gaps: gapTable, sites: siteTables, targets: targetTable, notes: notesSheet }[state.tab]());
  parts.tabpanel.scrollTop = top;
}

// columns: [{key, label, of(row) → sortable, cell(row) → node or text, num}]
function sortedTable(name, columns, rows, rowOptions, caption) {
  const sort = state.sort[name];
  let list = rows;
  const by = columns.find(column => column.key === sort.by);
  if (by) {
    const blank = sort.down ? -Infinity : Infinity;
    list = rows.map((row, n) => ({ row, n, value: by.of(row) }))
      .sort((a, b) => {
        const x = a.value === null || a.value === undefined ? blank : a.value;
        const y = b.value === null || b.value === undefined ? blank : b.value;
        const order = x < y ? -1 : x > y ? 1 : 0;
        return (sort.down ? -order : order) || a.n - b.n;
      }).map(item => item.row);
  }
  return h('table', { class: name },
    h('caption', {}, caption),
    h('thead', {}, h('tr', {}, columns.map(column => h('th', {
      scope: 'col', class: column.num ? 'num' : null,
      'aria-sort': sort.by === column.key ? (sort.down ? 'descending' : 'ascending') : null,
    }, column.of && !kept ? h('button.sort', {
      type: 'button',
      onclick: () => {
        sort.down = sort.by === column.key ? !sort.down : Boolean(column.num);
        sort.by = column.key;
        renderTab();
      },
    }, column.label, h('span', { 'aria-hidden': 'true' }, sort.by === column.key ? (sort.down ? ' ▾' : ' ▴') : '')) : column.label)))),
    h('tbody', {}, list.map((row, n) => h('tr', rowOptions(row), columns.map(column => h(column.head ? 'th' : 'td', { class: column.num ? 'num' : null, scope: column.head ? 'row' : null }, column.cell(row, n)))))));
}

const rowOf = k => ({
  'data-code': T.code[k], class: k === state.township ? 'picked' : null,
  onmouseenter: () => hover(k), onmouseleave: () => hover(-1),
});

function gapOrder() {
  const now = figures();
  const weight = { n: 0, u: 1, h: 2 };
  const gaps = DATA.gaps[state.type];
  return T.code.map((_, k) => k).sort((a, b) => {
    if (state.metric === 'coverage' && now.cover) { return now.cover.uncovered[b] - now.cover.uncovered[a] || a - b; }
    const x = weight[now.presence.state[a]] - weight[now.presence.state[b]];
    const rank = k => (gaps && gaps.rank[k] !== null ? gaps.rank[k] : 1e6);
    return x || rank(a) - rank(b) || (T.people[b] || 0) - (T.people[a] || 0) || a - b;
  });
}

function stateChip(k) {
  const now = figures().presence;
  const places = DATA.presence[state.type] ? DATA.presence[state.type].open[k] : 0;
  if (now.added[k] > 0 && now.was[k] === 'u') { return h('span.state.maybe', {}, say('value.if_none', { n: now.added[k] })); }
  if (now.added[k] > 0 && now.was[k] !== 'h') { return h('span.state.added', {}, say('value.added', { n: now.added[k] })); }
  if (now.state[k] === 'u') { return h('span.state.unreported', {}, say('unreported')); }
  if (now.state[k] === 'n') { return h('span.state.none', {}, say('none')); }
  return h('span.state.has', {}, say('value.has', { n: places }), now.added[k] ? ' ' + say('value.added', { n: now.added[k] }) : '');
}

function gapTable() {
  const now = figures();
  if (!now) { return h('p.empty', {}, say('headline.empty')); }
  const gaps = DATA.gaps[state.type];
  const number = numberOf(chosen());
  const discs = k => chosen().filter(j => DATA.candidates.township[j] === k).map(j => number[j]);
  const name = { key: 'name', label: say('col.township'), head: true, of: k => T.code[k], cell: k => [kept ? T.name[k] : h('button.link', { type: 'button', onclick: () => openTownship(k) }, T.name[k]), T.outside[k] ? h('sup', { title: say('outside.words') }, '※') : null] };
  const columns = [{ key: 'n', label: say('col.n'), num: true, cell: (k, n) => n + 1 }, name];
  if (state.metric === 'coverage' && now.cover) {
    columns.push(
      { key: 'share', label: say('col.share'), num: true, of: k => now.cover.covered[k] / (now.cover.people[k] || 1), cell: coveredCell },
      { key: 'uncovered', label: say('col.uncovered'), num: true, of: k => now.cover.uncovered[k], cell: k => count(now.cover.uncovered[k]) });
    if (state.mode !== 'now') { columns.push({ key: 'more', label: say('col.change'), num: true, of: k => now.cover.covered[k] - now.base.covered[k], cell: k => (now.cover.covered[k] === now.base.covered[k] ? '' : signed(now.cover.covered[k] - now.base.covered[k])) }); }
  } else {
    columns.push(
      { key: 'state', label: kindName(), of: k => ({ n: 0, u: 1, h: 2 }[now.presence.state[k]]), cell: stateChip },
      { key: 'people', label: say('col.people'), num: true, of: k => T.people[k], cell: k => count(T.people[k]) });
    if (T.code.some((_, k) => nearestWords(state.type, k))) {
      const near = nearestNow(state.type);
      columns.push({ key: 'near', label: say('col.nearest'), num: true, of: k => (near[k].minutes !== null ? near[k].minutes : gaps.km[k]), cell: k => { const told = nearestWords(state.type, k); return told ? told.far : ''; } });
    }
  }
  columns.push({ key: 'site', label: say('col.site'), num: true, of: k => (discs(k).length ? discs(k)[0] : null), cell: k => discs(k).map((n, m) => [m ? ' ' : '', h('span.no' + (state.mode === 'now' ? '.idle' : ''), {}, n)]) });
  return sortedTable('gaps', columns, gapOrder(), rowOf, say('caption.gaps', { type: kindName(), n: T.code.length }) + (T.outside.some(Boolean) ? say('caption.outside') : ''));
}

function coveredCell(k) {
  const told = shareWords(k);
  return told.figure ? [told.figure, ' ', h('small.band' + (state.mode === 'now' ? '' : '.under'), {}, told.band)] : told.short;
}

let showAll = false;
function siteTables() {
  const type = kind();
  const list = chosen();
  const places = DATA.candidates;
  const bar = h('div.tools', {},
    h('button', { type: 'button', disabled: !state.past.length, onclick: undo, title: 'Ctrl+Z' }, '↶ ' + say('undo')),
    h('button', { type: 'button', disabled: !state.future.length, onclick: redo, title: 'Ctrl+Y' }, '↷ ' + say('redo')),
    h('button', { type: 'button', onclick: () => choose([], { act: 'clear', type: state.type, candidate: '', name: '', people: -effect([], list), cutoff: state.cutoff, reason: '' }) }, say('clear')),
    canAdd() ? h('button', { type: 'button', onclick: startAdding }, say('add')) : null,
    PROPOSED[type.id].length ? h('button', { type: 'button', onclick: () => choose(PROPOSED[type.id].slice(), { act: 'restore', type: state.type, candidate: '', name: '', people: effect(list, PROPOSED[type.id]), cutoff: state.cutoff, reason: '' }) }, say('restore')) : null);
  const greedy = h('span.greedy', {}, h('label', {}, say('greedy.k'), h('input', { type: 'number', id: 'greedy-k', min: 1, max: 50, value: 5 })),
      h('button', { type: 'button', onclick: () => {
        const k = Math.max(1, Math.min(50, Number(document.getElementById('greedy-k').value) || 1));
        const next = model.greedy(type.id, list, state.cutoff, k);
        choose(next, { act: 'greedy', type: state.type, candidate: '', name: String(next.length - list.length), people: effect(list, next), cutoff: state.cutoff, reason: '' });
      } }, say('greedy')));
  const gain = model.gains(type.id, list, state.cutoff);
  const chosenRows = () => list.map((j, n) => h('tr', rowOf(places.township[j]),
    h('td', {}, h('span.no' + (conditional(j) ? '.maybe' : ''), {}, n + 1)),
    h('th', { scope: 'row' }, siteLabel(j), evidenceChip(j), whyLine(j)),
    counted ? h('td.num', {}, count(alone[n])) : null,
    priced ? h('td.num', {}, places.cost[j] === null ? '' : money(places.cost[j])) : null,
    h('td', {}, h('button.x', { type: 'button', 'aria-label': say('drop', { name: places.name[j] }), onclick: () => toggle(j) }, '✕'))));
  const free = places.id.map((_, j) => j).filter(j => list.indexOf(j) < 0 && model.serves(j, type.id));
  const rows = state.township >= 0 ? free.filter(j => places.township[j] === state.township) : free;
  const columns = [
    { key: 'pick', label: say('col.pick'), cell: j => h('input', { type: 'checkbox', 'data-candidate': places.id[j], 'aria-label': say('pick', { name: places.name[j] }), onchange: () => toggle(j) }) },
    { key: 'name', label: say('col.candidate'), head: true, of: j => places.id[j], cell: j => [places.name[j], h('small', {}, ' ' + (T.name[places.township[j]] || '')), evidenceChip(j)] },
    { key: 'gain', label: model.measured(type.id) ? say('col.gain', { cutoff: state.cutoff }) : say('col.gain_presence'), num: true, of: j => gain[j], cell: j => '+' + count(gain[j]) },
    { key: 'cost', label: say('col.cost'), num: true, of: j => places.cost[j], cell: j => (places.cost[j] === null ? '' : money(places.cost[j])) },
  ];
  const ordered = rows.slice().sort((a, b) => gain[b] - gain[a] || a - b);
  const cut = showAll ? ordered : ordered.slice(0, 60);
  // Nothing to rank by is not a column of zeros.
  const useful = rows.some(j => gain[j] > 0);
  const priced = places.cost.some(yuan => yuan !== null);
  const shown = columns.filter(column => (column.key !== 'gain' || useful) && (column.key !== 'cost' || priced));
  const others = state.township >= 0 ? say('caption.free_in', { name: T.name[state.township], n: rows.length }) : say(useful ? 'caption.free' : 'caption.free_list', { n: rows.length });
  const alone = model.alone(type.id, list, state.cutoff);
  const counted = alone.some(n => n > 0);
  return [
    bar, h('details.auto', { open: state.auto, ontoggle: event => { state.auto = event.target.open; } }, h('summary.plain', {}, say('auto.title')), greedy, provenBar(type, list), stepper(list), otherPlans(type)), h('details.small', {}, h('summary.plain', {}, statusWords(type, list)), h('p', {}, statement(type, list))),
    list.length ? h('table.chosen', {}, h('caption', {}, say('caption.chosen', { n: list.length })),
      h('thead', {}, h('tr', {}, ['no', 'site_name', counted ? 'alone' : '', priced ? 'cost' : '', 'drop'].filter(Boolean).map(key => h('th', { scope: 'col', class: key === 'alone' || key === 'cost' ? 'num' : null }, say('col.' + key))))),
      h('tbody', {}, chosenRows())) : h('p.empty', {}, say('chosen.none')),
    state.log.length ? h('details.log', { open: state.logOpen, ontoggle: event => { state.logOpen = event.target.open; } }, h('summary.plain', {}, say('log.title') + ' (' + state.log.length + ')'), logTable()) : null,
    sortedTable('sites', shown, cut, j => rowOf(places.township[j]), others),
    cut.length < ordered.length ? h('button', { type: 'button', onclick: () => { showAll = true; renderTab(); } }, say('show_all', { n: ordered.length })) : null,
  ];
}

function siteLabel(j) {
  const row = proposal(j);
  const name = row ? both(row.label) : DATA.candidates.name[j] + ' ' + (T.name[DATA.candidates.township[j]] || '');
  return [name, conditional(j) ? h('small.maybe', {}, ' ' + say('if_none')) : null];
}

const proofOf = j => (DATA.evidence[state.type] || {})[j];
const unsure = j => { const p = proofOf(j); return Boolean(p) && p.stability !== null && p.stability < 0.6; };

function evidenceChip(j) {
  const p = proofOf(j);
  if (!p) { return null; }
  const stable = p.stability === null ? '' : ' ' + say('stability', { n: Math.round(p.stability * 100) });
  return h('span.proof.' + p.label + (unsure(j) ? '.unsure' : ''), { title: stable }, (unsure(j) ? say('proof.unsure') + ' · ' : '') + say('proof.' + p.label) + stable);
}

function whyLine(j) {
  const p = proofOf(j);
  if (!p) { return null; }
  const partners = p.partners.length ? say('proof.partners', { list: p.partners.slice(0, 3).map(o => DATA.candidates.name[o]).join('、') }) : '';
  return p.why[tongue] || partners ? h('small.block', {}, [both(p.why), partners].filter(Boolean).join(' ')) : null;
}

// Plans nearly as good, what the rules cost, and the years.
function otherPlans(type) {
  const near = (DATA.near[type.id] || []).filter(plan => plan.differs > 0);
  const price = DATA.prices[type.id] || [];
  const years = DATA.phases[type.id] || [];
  const adopt = (sites, act, name) => choose(sites.slice(), { act, type: type.id, candidate: '', name, people: effect(chosen(), sites), cutoff: state.cutoff, reason: '' });
  const out = [];
  if (years.length) {
    const upTo = n => [].concat.apply([], years.slice(0, n + 1).map(y => y.sites));
    out.push(h('p.small', {}, say('phases'), ' ', years.map((y, n) => h('button.small', { type: 'button', onclick: () => adopt(upTo(n), 'phase', String(y.year)) }, say('phases.year', { year: y.year, n: y.sites.length })))));
  }
  near.forEach(plan => out.push(h('p.small', {}, say('near.words', { loss: count(plan.loss), n: plan.differs }), ' ', h('button.small', { type: 'button', onclick: () => adopt(plan.sites, 'near', '') }, say('near.take')))));
  price.forEach(row => { if (row.people) { out.push(h('p.small', {}, say('price.words', { rule: say('rule.' + row.rule), n: count(row.people) }))); } });
  return out.length ? h('details.small', {}, h('summary.plain', {}, say('near.title')), out) : null;
}

// Shows the plan site by site.
function stepper(list) {
  if (list.length < 2) { return null; }
  const shown = state.step === null ? list.length : Math.min(state.step, list.length);
  return h('label.stepper', {}, say('step.words', { n: shown, all: list.length }), h('input', {
    type: 'range', min: 0, max: list.length, value: shown, id: 'step',
    oninput: event => { const n = Number(event.target.value); state.step = n >= list.length ? null : n; state.mode = state.mode === 'now' ? 'plan' : state.mode; changed('step'); },
  }));
}

// The best sites for each number of them, as solved beforehand; and how far the present choice is off.
function provenBar(type, list) {
  const table = DATA.plans[type.id] && DATA.plans[type.id][state.cutoff];
  if (!table || table.sites.length < 2) { return null; }
  const box = h('input', { type: 'number', id: 'proven-k', min: 1, max: table.sites.length - 1, value: Math.min(Math.max(1, list.length), table.sites.length - 1), 'aria-label': say('proven.k') });
  const take = h('button', { type: 'button', onclick: () => {
    const k = Math.max(1, Math.min(table.sites.length - 1, Number(box.value) || 1));
    const next = table.sites[k].slice();
    choose(next, { act: 'proven', type: type.id, candidate: '', name: String(k), people: effect(list, next), cutoff: state.cutoff, reason: '' });
  } }, say('proven.take'));
  const k = Math.min(list.length, table.sites.length - 1);
  const most = table.people[k];
  const here = model.reached(type.id, model.nearest(type.id, list), state.cutoff).total.covered;
  const words = list.length ? say(table.proven[k] ? 'proven.words' : 'proven.unproven', { k: list.length, cutoff: state.cutoff, n: count(most), less: count(Math.max(0, most - here)), unit: unitOf(type) }) : '';
  const blind = words && DATA.programmes[type.id] ? ' ' + say('proven.blind') : '';
  return h('div.proven', {}, h('span.greedy', {}, say('proven.best'), box, take), h('p.small', { id: 'proven-words' }, words + blind));
}

// What was proven speaks of the proposal; another choice is nobody's optimum.
const asProposed = (type, list) => list.length === PROPOSED[type.id].length && list.every(j => PROPOSED[type.id].indexOf(j) >= 0);

function statusWords(type, list) {
  const row = DATA.programmes[type.id];
  if (row && !row.missing_table && !asProposed(type, list)) { return say('status.changed'); }
  return row ? say('status.' + row.status) : say('greedy.note');
}

function statement(type, list) {
  const row = DATA.programmes[type.id];
  if (!row) { return ''; }
  if (row.missing_table) { return say('placement.missing', { table: row.missing_table }); }
  if (!asProposed(type, list)) { return say('status.changed_note'); }
  if (row.statement[tongue]) { return both(row.statement); }
  return say('status.' + row.status);
}

// The ledger follows the plan where it counts venues of a type, or townships that have one. Sites in
// townships that have not answered are built only if there is none: they are told apart.
function targetRows() {
  return DATA.targets.map(row => {
    const list = state.mode === 'now' ? [] : row.type === state.type ? planned() : state.chosen[row.type] || [];
    let more = 0;
    let perhaps = 0;
    if (row.type && (row.source === 'venues' || row.source === 'presence') && list.length) {
      const p = model.presence(row.type, list);
      perhaps = row.source === 'venues' ? p.ifNone : p.added.filter((n, k) => n && p.was[k] === 'u').length;
      more = row.source === 'venues' ? list.length - perhaps : p.tally.h - p.tallyWas.h;
    }
    const missing = row.missing === null ? null : Math.max(0, row.missing - more);
    return { row, more, perhaps, missing, met: more > 0 && missing === 0 && row.missing > 0 };
  });
}

function targetTable() {
  const rows = targetRows();
  const figure = value => (value === null ? '' : String(value));
  return h('table.targets', {}, h('caption', {}, say('caption.targets', { n: rows.length })),
    h('thead', {}, h('tr', {}, ['clause', 'target', 'done', 'aim', 'missing', 'status', 'lead'].map((key, n) => h('th', { scope: 'col', class: n >= 2 && n <= 4 ? 'num' : null }, say('col.' + key))))),
    h('tbody', {}, rows.map(item => h('tr', { 'data-target': item.row.id },
      h('td', {}, clean(item.row.clause)),
      h('th', { scope: 'row' }, both(item.row.name), item.row.note[tongue] ? h('small.block', {}, both(item.row.note)) : null),
      h('td.num', {}, figure(item.row.done), item.more ? h('span.delta', {}, ' +' + item.more) : null, item.perhaps ? h('small.block.perhaps', {}, say('target.perhaps', { n: item.perhaps })) : null),
      h('td.num', {}, figure(item.row.target)),
      h('td.num', {}, figure(item.missing), item.more && item.row.missing !== item.missing ? h('span.delta', {}, ' ' + signed(item.missing - item.row.missing)) : null),
      h('td', {}, h('span.status.' + (item.row.status || 'unreported'), {}, say('target.' + (item.row.status || 'unreported'))), item.met ? h('small.block.met', {}, say('target.met')) : null),
      h('td', {}, clean(item.row.lead))))));
}

function notesSheet() {
  const from = DATA.provenance;
  return [
    h('h2', {}, say('notes.read')),
    h('ul', {}, from.notes.map(pair => h('li', {}, both(pair)))),
    from.more_notes ? h('p', {}, say('notes.more', { n: from.more_notes })) : null,
    h('h2', {}, say('notes.method')),
    h('ul', {}, ['notes.presence', 'notes.ceil', 'notes.circle', 'notes.boundary', 'notes.order', 'notes.equity'].map(key => h('li', {}, say(key))), DATA.travel ? [say('notes.band', { speed: Math.round(100 * DATA.travel.speed), step: DATA.travel.step }), say('notes.nearest')].map(text => h('li', {}, text)) : null, DATA.areas_bytes ? h('li', {}, say('notes.areas', { n: Math.round(DATA.areas_bytes / 1000) })) : null),
    h('h2', {}, say('notes.ledger')),
    h('p', {}, Object.keys(from.ledger).map(fate => say('fate.' + fate, { n: count(from.ledger[fate]) })).join(' · ')),
    h('p', {}, h('a', { href: 'ledger.xlsx' }, say('notes.ledger_file'))),
    h('h2', {}, say('notes.sources')),
    h('table.sources', {}, h('thead', {}, h('tr', {}, ['file', 'rows', 'source', 'licence', 'date'].map(key => h('th', { scope: 'col' }, say('col.' + key))))),
      h('tbody', {}, from.sources.map(row => h('tr', {}, h('th', { scope: 'row' }, clean(row.file)), h('td.num', {}, row.rows === null ? '' : count(row.rows)), h('td', {}, clean(row.source)), h('td', {}, clean(row.licence)), h('td', {}, clean(row.date)))))),
  ];
}

function logTable() {
  const box = (entry, key) => h('input', { type: 'text', value: entry[key] || '', 'aria-label': say('col.' + key), oninput: event => { entry[key] = event.target.value; } });
  return h('table.log', {}, h('thead', {}, h('tr', {}, ['n', 'act', 'site_name', 'effect', 'who', 'reason'].map(key => h('th', { scope: 'col' }, say('col.' + key))))),
    h('tbody', {}, state.log.map((entry, n) => h('tr', {}, h('td.num', {}, n + 1), h('td', {}, say('act.' + entry.act)), h('th', { scope: 'row' }, entry.name),
      h('td.num', {}, signed(entry.people)), h('td', {}, box(entry, 'who')), h('td', {}, box(entry, 'reason'))))));
}

// While the slider is held, only its words change: a new table would take it from the hand.
function renderStep() {
  const box = document.getElementById('step');
  const n = state.step === null ? chosen().length : state.step;
  if (box && box.parentNode.firstChild.nodeType === 3) { box.parentNode.firstChild.nodeValue = say('step.words', { n, all: chosen().length }); }
}
