// The report's style sheet: light, dark and print. Text only.

export const STYLE = `
:root{color-scheme:light dark;--page:#f6f7f8;--card:#fff;--ink:#23272e;--faint:#626a74;--line:#dfe2e6;--soft:#f1f3f5;
--blue:#1f66c1;--orange:#b8560f;--green:#147a55;--purple:#7b4fb0;--red:#b3261e;--grey:#6d747d;
--pass:#146c43;--pass-bg:#e7f4ec;--fail:#a4221b;--fail-bg:#fceceb;--unsure:#7a5200;--unsure-bg:#fdf3dc}
@media (prefers-color-scheme:dark){:root{--page:#14171b;--card:#1c2026;--ink:#e6e9ed;--faint:#9aa3ae;--line:#343b44;--soft:#242a31;
--blue:#6ea8f2;--orange:#f0a05a;--green:#56c596;--purple:#b999e6;--red:#f28b82;--grey:#9aa3ae;
--pass:#6fd6a0;--pass-bg:#16301f;--fail:#f5948c;--fail-bg:#3a1b1a;--unsure:#f0c25c;--unsure-bg:#352a10}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
main{max-width:1120px;margin:0 auto;padding:28px 20px 56px}
header{margin-bottom:18px}
.brand{font-size:13px;letter-spacing:.04em;color:var(--faint);margin:0 0 2px}
h1{font-size:26px;line-height:1.25;font-weight:650;margin:0;overflow-wrap:anywhere}
.meta{color:var(--faint);margin:6px 0 0;font-size:14px}
h2{font-size:18px;font-weight:650;margin:0 0 4px}
h3{font-size:14px;font-weight:650;margin:20px 0 6px}
p{margin:0 0 10px}.hint{color:var(--faint);font-size:14px;max-width:78ch}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:20px 22px;margin:0 0 16px}
.verdict{border:0;border-left:6px solid;padding:16px 22px}
.verdict p,.verdict ul{margin:4px 0 0}.verdict ul{padding-left:20px}
.verdict .word{font-size:22px;font-weight:700;letter-spacing:.01em;margin:0}
.pass{background:var(--pass-bg);border-color:var(--pass)}.pass .word{color:var(--pass)}
.fail{background:var(--fail-bg);border-color:var(--fail)}.fail .word{color:var(--fail)}
.inconclusive{background:var(--unsure-bg);border-color:var(--unsure)}.inconclusive .word{color:var(--unsure)}
.yes{color:var(--pass);font-weight:650;white-space:nowrap}.no{color:var(--fail);font-weight:650;white-space:nowrap}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(165px,1fr));gap:12px;margin:0 0 16px;padding:0;list-style:none}
.tiles li{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px 16px}
.tiles .name{display:block;font-size:13px;color:var(--faint)}
.tiles .value{display:block;font-size:24px;font-weight:650;line-height:1.3;font-variant-numeric:tabular-nums}
.tiles .more{display:block;font-size:13px;color:var(--faint)}
.tiles .gap{display:none}
.tiles .alarm .value{color:var(--fail)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{text-align:left;vertical-align:top;padding:6px 12px 6px 0;border-bottom:1px solid var(--line)}
th{font-weight:600;color:var(--faint);font-size:13px;white-space:nowrap}
tbody th{color:var(--ink);font-size:14px}
tbody tr:last-child>*{border-bottom:0}
.after{padding-left:20px}.rest{width:100%}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;padding:6px 0 6px 14px}
code,pre{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
code{white-space:nowrap}
pre{margin:6px 0 2px;padding:10px 12px;background:var(--soft);border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere}
details{margin-top:10px}summary{cursor:pointer;color:var(--blue);font-size:14px;width:fit-content}
details[open]>summary{margin-bottom:8px}
svg{display:block;width:100%;min-width:660px;height:auto;margin:10px 0 0}
section>:last-child{margin-bottom:0}
svg .ink{fill:var(--ink)}svg .faint{fill:var(--faint)}svg .grid{stroke:var(--line)}svg .stroke{stroke:var(--faint)}svg .alarm{fill:var(--red)}svg .stripe{fill:var(--soft)}
.s-blue{stroke:var(--blue)}.s-orange{stroke:var(--orange)}.s-green{stroke:var(--green)}.s-purple{stroke:var(--purple)}.s-red{stroke:var(--red)}.s-grey{stroke:var(--grey)}
.f-blue{fill:var(--blue)}.f-orange{fill:var(--orange)}.f-green{fill:var(--green)}.f-purple{fill:var(--purple)}.f-red{fill:var(--red)}.f-grey{fill:var(--grey)}
.chip{display:inline-block;min-width:20px;padding:0 3px;margin:1px 2px 1px 0;border-radius:4px;text-align:center;font-size:13px;line-height:19px;font-weight:650;background:var(--soft);color:var(--faint);text-decoration:none}
.chip.v-pass{background:var(--pass-bg);color:var(--pass)}.chip.v-fail,.chip.v-error{background:var(--fail-bg);color:var(--fail)}.chip.v-non-strict,.chip.v-inconclusive{background:var(--unsure-bg);color:var(--unsure)}
.chip.bad{background:var(--fail);color:var(--card)}.chip.known{outline:1px dashed var(--fail)}a.chip:hover,a.chip:focus{outline:2px solid var(--blue)}
td.v-fail,td.v-error,.word.v-fail,.word.v-error{color:var(--fail);font-weight:650}td.v-pass{color:var(--pass)}td.v-non-strict,td.v-inconclusive,.word.v-non-strict,.word.v-inconclusive{color:var(--unsure)}
.matrix .chips{line-height:1.3;padding-left:20px;min-width:240px}.matrix tbody th{font-weight:400;padding-left:14px}.matrix .total th{font-weight:650;padding-left:0}.matrix .total>*{background:var(--soft)}
.case{border-top:1px solid var(--line);padding:10px 0 4px;margin:0}.case>summary{color:var(--ink);font-weight:600;overflow-wrap:anywhere}.case>dl{margin:6px 0 4px;scroll-margin-top:52px}.word{font-weight:400;color:var(--faint)}
.from{margin:12px 0 0;font-size:13px;color:var(--faint)}.faint{color:var(--faint);font-weight:400}time{white-space:nowrap}
.note:hover{fill:var(--ink);fill-opacity:.06}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 20px;margin:0;font-size:14px}
dt{color:var(--faint)}dd{margin:0;overflow-wrap:anywhere}
footer{color:var(--faint);font-size:13px;padding:4px 2px}
.none{background:var(--soft);border-color:var(--grey)}.word.v-pass{color:var(--pass)}.runs th .faint{font-size:13px;white-space:normal;overflow-wrap:anywhere}.runs tbody th{white-space:normal}.notes{color:var(--unsure);font-size:14px;margin:10px 0 0;padding-left:20px}
.side{table-layout:fixed}.side .what{width:36%}.side .half{width:50%}.side th{white-space:normal;overflow-wrap:anywhere}.side td{overflow-wrap:anywhere;font-size:13px}.side tbody th,.side code{overflow-wrap:anywhere;white-space:normal}.side a{color:var(--blue)}
@media (max-width:640px){.matrix:not(.side) .n{display:none}.matrix .chips{min-width:0}.plain code{white-space:normal;overflow-wrap:anywhere}
.side,.side tbody,.side tr,.side th,.side td{display:block;width:auto}.side thead,.side .empty{display:none}.side tr>*{border-bottom:0}.side tr{border-bottom:1px solid var(--line)}.side .total>*{padding-left:6px}
.side td{padding:3px 0 6px 14px}.side td[data-run]::before{content:attr(data-run) ": ";color:var(--faint)}
main{padding:16px 12px}section{padding:16px}dl{grid-template-columns:1fr}dd{margin-bottom:6px}}
@media print{:root{--page:#fff;--card:#fff;--ink:#000;--faint:#444;--line:#bbb;--soft:#f3f3f3}
body{font-size:11pt}main{max-width:none;padding:0}section,.tiles li{break-inside:avoid;border-radius:0}.long{break-inside:auto}
.verdict{-webkit-print-color-adjust:exact;print-color-adjust:exact}details:not([open]){display:none}}
`;
