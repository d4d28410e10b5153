// Colours, patterns and signs: what the map and its legend share.
const INK = {
  paper: '#ffffff', quiet: '#e8efec', line: '#77808a', text: '#15202b',
  gap: ['#86250a', '#c34d1b', '#e98d57', '#f7c8a4', '#f3ede6'],
  none: '#c34d1b', accent: '#6a1b9a', tint: '#dfcdee', more: ['#c9abdf', '#a678c8'],
};
const BREAKS = [0.2, 0.4, 0.6, 0.8];

// Class of a covered share: 0 is the worst and the darkest.
const classOf = part => {
  let n = 0;
  while (n < BREAKS.length && part >= BREAKS[n]) { n += 1; }
  return n;
};

function patterns() {
  return svg('defs', {},
    svg('pattern', { id: 'hatch', width: 7, height: 7, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
      svg('rect', { width: 7, height: 7, fill: '#fafafa' }),
      svg('rect', { width: 2, height: 7, fill: '#a9b0b8' })),
    svg('pattern', { id: 'hatch-plan', width: 7, height: 7, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
      svg('rect', { width: 7, height: 7, fill: '#faf6fd' }),
      svg('rect', { width: 2, height: 7, fill: '#c9abdf' })),
    svg('pattern', { id: 'dots', width: 6, height: 6, patternUnits: 'userSpaceOnUse' },
      svg('rect', { width: 6, height: 6, fill: '#fbfbfb' }),
      svg('circle', { cx: 2, cy: 2, r: 1.2, fill: '#7d858e' })));
}

const STAR = Array.from({ length: 10 }, (_, n) => {
  const a = -Math.PI / 2 + Math.PI * n / 5;
  const r = n % 2 ? 0.5 : 1.25;
  return [r * Math.cos(a), r * Math.sin(a)];
});

// A venue's sign: outline and colour of its type, white edge.
function sign(type, x, y, r) {
  return svg('polygon', {
    points: type.sign.map(p => (x + p[0] * r).toFixed(1) + ',' + (y + p[1] * r).toFixed(1)).join(' '),
    fill: /^#[0-9a-fA-F]{3,8}$/.test(type.colour) ? type.colour : '#444', stroke: '#fff', 'stroke-width': 1.3,
  });
}

// A venue of which only the township is known: its sign hollow, with a question mark.
function unplaced(type, x, y, r) {
  const shape = sign(type, x, y, r);
  shape.setAttribute('stroke', shape.getAttribute('fill'));
  shape.setAttribute('fill', '#ffffff');
  return svg('g', { class: 'unplaced' }, shape, svg('text', { x, y: y + 3.6, 'text-anchor': 'middle', 'font-size': 10, 'font-weight': 700, 'font-family': FONT, fill: '#15202b' }, '?'));
}

// A chosen site: a numbered disc; dashed where it holds only if the township really has none.
function disc(x, y, number, conditional, r, unsureOne) {
  const size = r || 9.5;
  return svg('g', { class: 'disc' },
    svg('circle', { cx: x, cy: y, r: size, fill: conditional ? '#ffffff' : INK.accent, stroke: conditional ? INK.accent : '#ffffff', 'stroke-width': conditional ? 1.8 : 1.5, 'stroke-dasharray': conditional ? '3 2' : unsureOne ? '1.5 2' : null }),
    svg('text', { x, y: y + 3.7, 'text-anchor': 'middle', 'font-size': number > 99 ? 8.5 : 10.5, 'font-weight': 700, fill: conditional ? INK.accent : '#ffffff' }, number));
}

function ring(x, y) {
  return svg('circle', { cx: x, cy: y, r: 3.6, fill: '#ffffff', stroke: INK.accent, 'stroke-width': 1.4, class: 'ring' });
}

// How a township is filled, what its label says, and whether its text stands on a dark ground.
function look(k) {
  const type = kind();
  const now = figures();
  if (!type || !now) { return { fill: INK.quiet, value: '', dark: false, words: '' }; }
  const p = now.presence;
  const places = DATA.presence[type.id] ? DATA.presence[type.id].open[k] : 0;
  if (state.mode === 'diff') { return difference(k, now); }
  if (state.metric === 'coverage' && now.cover) {
    const people = now.cover.people[k];
    const refused = now.cover.refused[k];
    const why = refused && DATA.coverage[type.id][state.cutoff].refused[k];
    const told = shareWords(k);
    if (refused || !people || now.cover.unknown[k] >= people) { return { fill: 'url(#dots)', value: told.short, dark: false, words: (told.band ? told.words + ' ' : '') + (why ? both(DATA.refusals[why]) : told.band ? '' : say('unknown')) }; }
    const part = now.cover.covered[k] / people;
    const n = classOf(part);
    return { fill: INK.gap[n], value: told.short, dark: n < 2, words: say('aria.coverage', { share: told.words, cutoff: state.cutoff }) };
  }
  const letter = p.state[k];
  if (p.added[k] > 0 && p.was[k] === 'u') { return { fill: 'url(#hatch-plan)', value: say('value.if_none', { n: p.added[k] }), dark: false, words: say('value.if_none_words', { n: p.added[k] }) }; }
  if (letter === 'u') { return { fill: 'url(#hatch)', value: say('unreported'), dark: false, words: say('unreported') }; }
  if (p.added[k] > 0 && p.was[k] !== 'h') { return { fill: INK.tint, value: '+' + p.added[k], dark: false, words: say('value.added', { n: p.added[k] }) }; }
  if (letter === 'n') { return { fill: INK.none, value: say('none'), dark: true, words: say('none') }; }
  const n = places + p.added[k];
  return { fill: INK.quiet, value: say('value.has', { n }), dark: false, words: say('value.has', { n }) };
}

function difference(k, now) {
  const same = { fill: '#f4f5f6', value: say('value.same'), dark: false, words: say('value.same') };
  if (state.metric === 'coverage' && now.cover) {
    const more = now.cover.covered[k] - now.base.covered[k];
    if (!more) { return same; }
    const part = more / (now.cover.people[k] || 1);
    const fillColour = part >= 0.5 ? INK.more[1] : part >= 0.2 ? INK.more[0] : INK.tint;
    return { fill: fillColour, value: signed(more), dark: false, words: say('aria.more', { n: signed(more) }) };
  }
  const n = now.presence.added[k];
  if (!n) { return same; }
  return { fill: now.presence.was[k] === 'h' ? INK.tint : INK.more[0], value: '+' + n, dark: false, words: say('value.added', { n }) };
}

// Whether a chosen site is tied to "only if the township has none".
function conditional(j) {
  const k = DATA.candidates.township[j];
  const was = DATA.presence[state.type];
  return k >= 0 && Boolean(was) && was.state[k] === 'u';
}
