// The page's style: a column of contents beside the text, light or dark as the reader's system is,
// and for print black on white.
#include "manual_model.h"

namespace npuforge::isa::manual {

const char* const kStyle = R"(:root {
  color-scheme: light dark;
  --text: #1b1f24; --page: #ffffff; --soft: #f4f6f8; --line: #cfd6dd; --accent: #0b5cad; --dim: #5a6570;
}
@media (prefers-color-scheme: dark) {
  :root { --text: #e3e7eb; --page: #14181c; --soft: #1e242a; --line: #3a444e; --accent: #77b6f5; --dim: #9aa6b2; }
}
* { box-sizing: border-box; }
body { margin: 0; color: var(--text); background: var(--page); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 1rem 1.5rem 6rem; }
nav { padding: 1rem 1.5rem; font-size: 0.875rem; background: var(--soft); }
nav h2 { font-size: 1rem; margin: 0 0 0.5rem; border: 0; padding: 0; }
nav ul { list-style: none; margin: 0; padding-left: 0.9rem; }
nav > ul { padding-left: 0; columns: 12rem; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
h1 { font-size: 2rem; line-height: 1.2; margin: 1rem 0; }
h2 { margin: 3rem 0 1rem; padding-bottom: 0.3rem; border-bottom: 2px solid var(--line); }
h3 { margin: 2.5rem 0 0.75rem; }
h4 { margin: 1.25rem 0 0.5rem; font-size: 0.9rem; color: var(--dim); }
code, svg text { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
code { font-size: 0.9em; }
pre { margin: 0.75rem 0; padding: 0.7rem 1rem; overflow-x: auto; background: var(--soft); border-left: 3px solid var(--line); }
.scroll { overflow-x: auto; margin: 0.75rem 0; }
table { border-collapse: collapse; font-size: 0.9rem; }
th, td { padding: 0.3rem 0.8rem 0.3rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { color: var(--dim); font-weight: 600; }
svg { display: block; width: 100%; min-width: 40rem; height: auto; }
svg text { fill: var(--text); }
svg rect { stroke: var(--line); fill: var(--page); }
svg rect.field { fill: var(--soft); }
@media (min-width: 76rem) {
  body { display: grid; grid-template-columns: 17rem minmax(0, 1fr); }
  nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; border-right: 1px solid var(--line); }
  nav > ul { columns: auto; }
}
@media print {
  :root { color-scheme: light; --text: #000; --page: #fff; --soft: #f4f6f8; --line: #999; --accent: #000; --dim: #444; }
  body { display: block; font-size: 10pt; }
  nav { position: static; height: auto; background: none; break-after: page; }
  nav > ul { columns: 3; }
  main { max-width: none; padding: 0; }
  h2, h3, h4 { break-after: avoid; }
  figure, pre, tr { break-inside: avoid; }
  svg { min-width: 0; }
}
)";

} // namespace npuforge::isa::manual
