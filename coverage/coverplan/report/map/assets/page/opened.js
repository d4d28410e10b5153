// Workbooks opened without any library: the zip, its deflated parts, the cells of its sheets.
const MOST_BYTES = 2e7;
const MOST_OPENED = 6e7;
const broken = key => { throw new Error(key); };

// RFC 1951: stored, fixed and dynamic blocks.
function inflate(bytes, size) {
  const out = new Uint8Array(size);
  let at = 0;
  let bit = 0;
  let held = 0;
  let to = 0;
  const bits = n => {
    while (bit < n) { if (at >= bytes.length) { broken('open.broken'); } held |= bytes[at] << bit; at += 1; bit += 8; }
    const value = held & ((1 << n) - 1);
    held >>>= n;
    bit -= n;
    return value;
  };
  const tree = lengths => {
    const counts = new Uint16Array(16);
    lengths.forEach(n => { counts[n] += 1; });
    counts[0] = 0;
    const first = new Uint16Array(16);
    for (let n = 1; n < 16; n += 1) { first[n] = first[n - 1] + counts[n - 1]; }
    const symbols = new Uint16Array(lengths.length);
    lengths.forEach((n, symbol) => { if (n) { symbols[first[n]] = symbol; first[n] += 1; } });
    return { counts, symbols };
  };
  const next = code => {
    let value = 0;
    let first = 0;
    let index = 0;
    for (let n = 1; n < 16; n += 1) {
      value |= bits(1);
      const count = code.counts[n];
      if (value - count < first) { return code.symbols[index + value - first]; }
      index += count;
      first = (first + count) << 1;
      value <<= 1;
    }
    return broken('open.broken');
  };
  const base = (start, step, count) => { let value = start; return Array.from({ length: count }, (_, n) => { const extra = Math.max(0, Math.floor(n / step) - 1); value += 1 << extra; return [value - (1 << extra), extra]; }); };
  const lengths = base(3, 4, 28).concat([[258, 0]]);
  const far = base(1, 2, 30);
  const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
  let last = 0;
  while (!last) {
    last = bits(1);
    const how = bits(2);
    if (how === 0) {
      bit = 0;
      held = 0;
      const n = bytes[at] | bytes[at + 1] << 8;
      at += 4;
      if (at + n > bytes.length || to + n > size) { broken('open.broken'); }
      out.set(bytes.subarray(at, at + n), to);
      at += n;
      to += n;
      continue;
    }
    let words;
    let steps;
    if (how === 1) {
      words = tree(Array.from({ length: 288 }, (_, n) => (n < 144 ? 8 : n < 256 ? 9 : n < 280 ? 7 : 8)));
      steps = tree(new Array(30).fill(5));
    } else if (how === 2) {
      const nWords = bits(5) + 257;
      const nSteps = bits(5) + 1;
      const nCodes = bits(4) + 4;
      const short = new Array(19).fill(0);
      for (let n = 0; n < nCodes; n += 1) { short[order[n]] = bits(3); }
      const code = tree(short);
      const all = [];
      while (all.length < nWords + nSteps) {
        const symbol = next(code);
        if (symbol < 16) { all.push(symbol); continue; }
        const again = symbol === 16 ? all[all.length - 1] : 0;
        let n = symbol === 16 ? 3 + bits(2) : symbol === 17 ? 3 + bits(3) : 11 + bits(7);
        while (n > 0) { all.push(again); n -= 1; }
      }
      words = tree(all.slice(0, nWords));
      steps = tree(all.slice(nWords, nWords + nSteps));
    } else { broken('open.broken'); }
    for (let symbol = next(words); symbol !== 256; symbol = next(words)) {
      if (symbol < 256) { if (to >= size) { broken('open.broken'); } out[to] = symbol; to += 1; continue; }
      const run = lengths[symbol - 257] || broken('open.broken');
      const n = run[0] + bits(run[1]);
      const step = far[next(steps)] || broken('open.broken');
      const back = step[0] + bits(step[1]);
      if (back > to || to + n > size) { broken('open.broken'); }
      for (let m = 0; m < n; m += 1) { out[to] = out[to - back]; to += 1; }
    }
  }
  return to === size ? out : broken('open.broken');
}

// The parts of a zip by name, as functions that give their text.
function unzipped(bytes) {
  if (bytes.length > MOST_BYTES) { broken('open.too_big'); }
  if (bytes[0] === 0xd0 && bytes[1] === 0xcf) { broken('open.old'); }
  const two = n => bytes[n] | bytes[n + 1] << 8;
  const four = n => (two(n) | two(n + 2) << 16) >>> 0;
  let end = bytes.length - 22;
  while (end >= 0 && four(end) !== 0x06054b50) { end -= 1; }
  if (end < 0) { broken('open.broken'); }
  const parts = {};
  let at = four(end + 16);
  let opened = 0;
  for (let n = two(end + 10); n > 0; n -= 1) {
    if (four(at) !== 0x02014b50) { broken('open.broken'); }
    const head = { flags: two(at + 8), how: two(at + 10), packed: four(at + 20), size: four(at + 24), place: four(at + 42) };
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + two(at + 28)));
    parts[name.replace(/^\//, '')] = () => {
      opened += head.size;
      if (opened > MOST_OPENED) { broken('open.too_big'); }
      if (head.flags & 1 || four(head.place) !== 0x04034b50) { broken('open.broken'); }
      const start = head.place + 30 + two(head.place + 26) + two(head.place + 28);
      const body = bytes.subarray(start, start + head.packed);
      const plain = head.how === 8 ? inflate(body, head.size) : head.how === 0 ? body : broken('open.broken');
      return new TextDecoder().decode(plain);
    };
    at += 46 + two(at + 28) + two(at + 30) + two(at + 32);
  }
  return parts;
}

// The sheets of a workbook: name, hidden or not, and a function that gives its rows of texts.
function sheetsOf(bytes) {
  const parts = unzipped(bytes);
  const tree = path => {
    if (!parts[path]) { return null; }
    const text = parts[path]();
    if (/<!(DOCTYPE|ENTITY)/.test(text)) { broken('open.broken'); }
    const found = new DOMParser().parseFromString(text, 'application/xml');
    return found.getElementsByTagName('parsererror').length ? broken('open.broken') : found;
  };
  const all = (node, name) => (node ? Array.from(node.getElementsByTagNameNS('*', name)) : []);
  const book = tree('xl/workbook.xml') || broken('open.not_book');
  const strings = all(tree('xl/sharedStrings.xml'), 'si').map(si => all(si, 't').filter(t => t.parentNode.localName !== 'rPh').map(t => t.textContent).join(''));
  const styles = tree('xl/styles.xml');
  const formats = {};
  all(styles, 'numFmt').forEach(f => { formats[f.getAttribute('numFmtId')] = f.getAttribute('formatCode').replace(/"[^"]*"|\\.|\[[^\]]*\]|_./g, ''); });
  const dated = all(all(styles, 'cellXfs')[0], 'xf').map(xf => { const id = xf.getAttribute('numFmtId'); return formats[id] === undefined ? /^(1[4-79]|18|2[0-2]|2[7-9]|3[0-6]|5[0-8])$/.test(id) : /[yd]/i.test(formats[id]); });
  const shift = all(book, 'workbookPr').some(p => /^(1|true)$/.test(p.getAttribute('date1904'))) ? 1462 : 0;
  const rels = {};
  all(tree('xl/_rels/workbook.xml.rels'), 'Relationship').forEach(r => { rels[r.getAttribute('Id')] = r.getAttribute('Target').replace(/^\/?(xl\/)?/, 'xl/'); });
  const textOf = (cell, value) => {
    const kindOf = cell.getAttribute('t');
    if (kindOf === 'inlineStr') { return all(cell, 't').filter(t => t.parentNode.localName !== 'rPh').map(t => t.textContent).join(''); }
    if (value === '') { return ''; }
    if (kindOf === 's') { return strings[Number(value)] || ''; }
    if (kindOf === 'b') { return value === '1' ? 'TRUE' : 'FALSE'; }
    if (kindOf === 'd') { return value.slice(0, 10); }
    if (kindOf && kindOf !== 'n') { return value; }
    const number = Number(value);
    if (dated[Number(cell.getAttribute('s') || 0)] && number >= 1) { return new Date(Math.round((Math.floor(number) + shift - 25569) * 864e5)).toISOString().slice(0, 10); }
    return isFinite(number) ? String(number) : value;
  };
  const rowsOf = path => {
    const rows = [];
    all(tree(path) || broken('open.broken'), 'row').forEach(row => {
      const r = Number(row.getAttribute('r')) - 1;
      const n = r >= 0 ? r : rows.length;
      if (n > 20000) { broken('open.too_big'); }
      while (rows.length <= n) { rows.push([]); }
      all(row, 'c').forEach(cell => {
        const at = (cell.getAttribute('r') || '').replace(/\d+/g, '');
        const c = at ? Array.from(at).reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1 : rows[n].length;
        if (c > 500) { return; }
        while (rows[n].length < c) { rows[n].push(''); }
        const v = all(cell, 'v')[0];
        rows[n][c] = textOf(cell, v ? v.textContent : '');
      });
    });
    return rows;
  };
  return all(book, 'sheet').map(sheet => ({
    name: sheet.getAttribute('name'), hidden: (sheet.getAttribute('state') || 'visible') !== 'visible',
    rows: () => rowsOf(rels[sheet.getAttributeNS('http://schemas.openxmlformats.org/officeDocument/2006/relationships', 'id') || sheet.getAttribute('r:id')]),
  })).filter(sheet => sheet.name);
}

// As it would be pasted: what the reader sees is what is taken.
const pastedText = rows => rows.map(row => Array.from(row, cell => (/["\t\n]/.test(cell || '') ? '"' + cell.replace(/"/g, '""') + '"' : cell || '')).join('\t')).join('\n');

// The text of a CSV, or the sheets of a workbook, from a file's bytes.
function openedFile(bytes) {
  if ((bytes[0] === 0x50 && bytes[1] === 0x4b) || (bytes[0] === 0xd0 && bytes[1] === 0xcf)) {
    const sheets = sheetsOf(bytes).map(sheet => ({ name: sheet.name, hidden: sheet.hidden, text: pastedText(sheet.rows()) }));
    const known = sheet => Boolean(judged(sheet.text));
    const best = sheets.find(sheet => !sheet.hidden && known(sheet)) || sheets.find(known) || sheets[0] || broken('open.not_book');
    return { sheets, at: sheets.indexOf(best) };
  }
  let text = '';
  try { text = new TextDecoder('utf-8', { fatal: true }).decode(bytes); } catch (fault) { text = new TextDecoder('gb18030').decode(bytes); }
  return { sheets: [{ name: '', hidden: false, text }], at: 0 };
}
