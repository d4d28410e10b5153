// The data island, the two languages, and the only ways in which text reaches the page.
// The file as it came, before anything is drawn: what "save as a new file" starts from.
const PRISTINE = '<!DOCTYPE html>\n' + document.documentElement.outerHTML;
const DATA = unpacked(JSON.parse(document.getElementById('data').textContent));

// Undoes codec.packed: columns of equal or few values.
function unpacked(tree) {
  if (tree === null || typeof tree !== 'object') { return tree; }
  if (Array.isArray(tree)) { return tree.map(unpacked); }
  if ('=' in tree) { return Array.from({ length: tree.n }, () => unpacked(tree['='])); }
  if ('w' in tree && 'i' in tree) { return unpacked(tree.i).map(n => unpacked(tree.w[n])); }
  if ('#c' in tree) {
    const columns = unpacked(tree['#c']);
    return Array.from({ length: tree.n }, (_, n) => { const row = {}; Object.keys(columns).forEach(key => { row[key] = columns[key][n]; }); return row; });
  }
  if ('#r' in tree) { return tree['#r'].reduce((all, first, n, list) => (n % 2 ? all : all.concat(Array.from({ length: list[n + 1] }, (_, m) => first + m))), []); }
  if ('#k' in tree) { const values = unpacked(tree.v); return tree['#k'].reduce((all, key, n) => { all[key] = values[n]; return all; }, {}); }
  if ('#f' in tree) { let before = ''; return tree['#f'].map(text => { before = before.slice(0, text.charCodeAt(0) - 65) + text.slice(1); return before; }); }
  const out = {};
  Object.keys(tree).forEach(key => { out[key] = unpacked(tree[key]); });
  return out;
}
const REDUCED = window.matchMedia && window.matchMedia('(prefers-reduced-motion: reduce)').matches;
let tongue = DATA.lang === 'en' ? 1 : 0;

const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const clean = text => String(text).replace(BIDI, '').replace(/[\u0000-\u001f\u007f]/g, ' ');

function say(key, values) {
  const pair = DATA.texts[key];
  let text = pair ? pair[tongue] : key;
  if (values) {
    text = text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));
  }
  return text;
}

// The name of a venue type, also of one that the page does not offer.
const typeName = id => (DATA.type_names[id] ? both(DATA.type_names[id]) : say('type.other'));
const both = pair => clean(pair[tongue] || pair[0] || '');

function count(n) {
  if (n === null || n === undefined) { return say('missing'); }
  return String(Math.round(n)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

function signed(n) {
  return n > 0 ? '+' + count(n) : n < 0 ? '−' + count(-n) : '±0';
}

// A difference that must fit a small card.
function compact(n) {
  const size = Math.abs(n);
  const head = n < 0 ? '−' : '+';
  if (size < 10000) { return head + count(size); }
  return head + (tongue ? (size / 1000).toFixed(0) + 'k' : (size / 10000).toFixed(1).replace(/\.0$/, '') + ' 万');
}

// People in a sentence: no finer than a travel model bears.
function roughly(n) {
  if (tongue === 1) { return count(n >= 1000 ? Math.round(n / 1000) * 1000 : Math.round(n / 10) * 10); }
  if (n >= 10000) { return (n / 10000).toFixed(n >= 100000 ? 0 : 1).replace(/\.0$/, '') + ' 万'; }
  return count(Math.round(n / 10) * 10);
}

function share(part, whole) {
  return whole > 0 ? Math.round(100 * part / whole) + '%' : say('missing');
}

function money(yuan) {
  if (yuan === null || yuan === undefined) { return say('missing'); }
  if (tongue === 1) { return '¥' + count(yuan); }
  return yuan >= 10000 ? (yuan / 10000).toFixed(1).replace(/\.0$/, '') + ' 万元' : count(yuan) + ' 元';
}

// h('p.note', {title: 'x', onclick: f}, 'text', node): text only ever becomes a text node.
function h(what, options) {
  const names = what.split('.');
  const node = document.createElement(names[0]);
  if (names.length > 1) { node.className = names.slice(1).join(' '); }
  dress(node, options || {});
  for (let n = 2; n < arguments.length; n += 1) { put(node, arguments[n]); }
  return node;
}

function svg(tag, options) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag);
  dress(node, options || {});
  for (let n = 2; n < arguments.length; n += 1) { put(node, arguments[n]); }
  return node;
}

function dress(node, options) {
  Object.keys(options).forEach(name => {
    const value = options[name];
    if (value === null || value === undefined || value === false) { return; }
    if (name.slice(0, 2) === 'on') {
      node.addEventListener(name.slice(2), value);
    } else if (name === 'style') {
      Object.keys(value).forEach(key => node.style.setProperty(key, value[key]));
    } else {
      node.setAttribute(name, value === true ? '' : String(value));
    }
  });
}

function put(node, kid) {
  if (kid === null || kid === undefined || kid === false) { return; }
  if (Array.isArray(kid)) { kid.forEach(each => put(node, each)); return; }
  node.appendChild(typeof kid === 'object' ? kid : document.createTextNode(String(kid)));
}

function fill(node) {
  while (node.firstChild) { node.removeChild(node.firstChild); }
  for (let n = 1; n < arguments.length; n += 1) { put(node, arguments[n]); }
  return node;
}

// A radio group drawn as one bar of buttons.
function segments(label, choices, current, pick) {
  const bar = h('div.segments', { role: 'radiogroup', 'aria-label': label });
  choices.forEach((choice, n) => {
    const on = choice.value === current;
    put(bar, h('button', {
      type: 'button', role: 'radio', 'aria-checked': on ? 'true' : 'false',
      tabindex: on || (n === 0 && !choices.some(c => c.value === current)) ? '0' : '-1',
      disabled: choice.disabled, title: choice.title, 'data-value': choice.value,
      onclick: () => pick(choice.value),
      onkeydown: event => {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (!step) { return; }
        event.preventDefault();
        const open = choices.filter(c => !c.disabled);
        const at = open.findIndex(c => c.value === choice.value);
        const next = open[(at + step + open.length) % open.length];
        pick(next.value);
        const again = document.querySelector('[data-value="' + next.value + '"][role=radio]');
        if (again) { again.focus(); }
      },
    }, choice.label));
  });
  return bar;
}

['townships', 'venues', 'candidates'].forEach(key => {
  DATA[key].name = DATA[key].name.map(clean);
});
DATA.lines.forEach(line => { line.name = clean(line.name); });
