// Which township, type or village a written name means: matched as the library matches it, or not at all.
const plainName = text => String(text).replace(/[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ue000-\uf8ff]/g, '').normalize('NFKC').replace(/\s+/g, '');
const unbracketed = plain => plain.replace(/[([【〔][^()[\]【】〔〕]*[)\]】〕]/g, '') || plain;

// Without what stands before the county's name, without office and brackets.
function bareName(text, county) {
  let name = unbracketed(plainName(text));
  const at = county ? name.indexOf(county) : -1;
  if (at >= 0 && name.length > at + county.length + 1) { name = name.slice(at + county.length); }
  const office = /(人民政府|政府|党委政府|党委|党工委|管委会|便民服务中心|街道办事处|办事处|街道办|科协)$/.exec(name);
  if (office && name.length > office[1].length + 1) {
    name = name.slice(0, office.index) + (/办(事处)?$/.test(office[1]) && !/(街道|镇|乡)$/.test(name.slice(0, office.index)) ? '街道' : '');
  }
  return name.toLowerCase();
}

// 都督乡, 都督土家族乡 and 都督 are one place.
function townStem(name) {
  const cut = /[\u4e00-\u9fff]族乡$/.test(name) ? name.replace(/(土家|苗|回|侗|彝|壮|瑶|布依|畲|满|蒙古|藏|白|傣|羌|仡佬)+族乡$/, '') : '';
  return cut.length > 1 ? cut : name.replace(/^(.{2,})(街道|镇|乡)$/, '$1');
}

const NAMED = (function () {
  const found = { exact: new Map(), alias: new Map(), stem: new Map() };
  const add = (table, name, k) => { const list = table.get(name) || []; if (list.indexOf(k) < 0) { table.set(name, list.concat(k)); } };
  T.name.forEach((name, k) => [bareName(name), bareName(name, DATA.county.name[0])].forEach(one => { add(found.exact, one, k); add(found.stem, townStem(one), k); }));
  COUNT.aliases.forEach(row => add(found.alias, bareName(row[0], DATA.county.name[0]), row[1]));
  return found;
}());
const only = list => (list && list.length === 1 ? list[0] : -1);

function townshipOf(text) {
  const forms = [bareName(text), bareName(text, DATA.county.name[0])];
  const name = forms[1];
  const code = T.code.indexOf(name.slice(0, 9));
  if (code >= 0 && /^\d{9}0*$/.test(name)) { return code; }
  const table = [NAMED.exact, NAMED.alias].find(one => forms.some(form => one.has(form)));
  if (table) { return only(table.get(forms.find(form => table.has(form)))); }
  return /^\d*$/.test(name) ? -1 : only(NAMED.stem.get(townStem(name)));
}

function typeNamed(text) {
  const word = bareName(text);
  const ids = Object.keys(DATA.type_names);
  const names = [id => id].concat([0, 1, 2].map(n => id => DATA.type_names[id][n] || id));
  const id = names.reduce((found, name) => found || ids.find(one => bareName(name(one)) === word), '') || '';
  return DATA.presence[id] ? id : '';
}

function villageBare(text) {
  const plain = unbracketed(plainName(text));
  const tail = /(社区居民委员会|村民委员会|居民委员会|社区居委会|村委会|居委会|便民服务站|党群服务中心|新时代文明实践站)$/.exec(plain);
  let kept = tail && tail.index ? plain.slice(0, tail.index) : plain;
  if (tail && tail.index) {
    if (/^社区/.test(tail[1])) { kept = kept.replace(/(社区)?$/, '社区'); } else if (/^(村|居民)/.test(tail[1]) && !/(村|社区)$/.test(kept)) { kept += tail[1][0] === '村' ? '村' : '社区'; }
  }
  return kept.toLowerCase();
}
const villageStem = bare => bare.replace(/^(.+?)(社区|村)$/, '$1');

// The village's own candidate stands where a venue of that village stands.
const SITE_OF = {};
DATA.candidates.kind.forEach((kindOf, j) => {
  const n = COUNT.candidate_village[j] - SEATS;
  if (kindOf !== 'village' || n < 0) { return; }
  if (SITE_OF[n] === undefined) { SITE_OF[n] = j; }
  VILLAGE.name[n] = VILLAGE.name[n] || DATA.candidates.name[j];
});
const VILLAGES_IN = {};
function villagesIn(k) {
  if (!VILLAGES_IN[k]) { VILLAGES_IN[k] = VILLAGE.name.map((name, n) => ({ n, name })).filter(one => VILLAGE.township[one.n] === k).map(one => ({ n: one.n, bare: villageBare(one.name) })); }
  return VILLAGES_IN[k];
}

// A village's number, −1 where the township has none of that name, or several.
function villageOf(k, text) {
  const plain = plainName(text);
  if (!plain) { return -1; }
  const bare = villageBare(text);
  const hits = [one => VILLAGE.code[one.n] === plain, one => one.bare === bare, one => villageStem(one.bare) === villageStem(bare)].map(fits => villagesIn(k).filter(fits)).find(list => list.length) || [];
  return hits.length === 1 ? hits[0].n : -1;
}
