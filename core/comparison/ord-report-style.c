/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How the page looks: black on white in print whatever the screen is like, and
 * after the reader's wish on screen.
 */
#include "ord-report-private.h"

static const char style[] =
  ":root{color-scheme:light dark;--paper:#fff;--ink:#1c1e21;--soft:#5b616a;"
  "--faint:#dfe2e6;--mark:#1f5fa8;--rim:#1c1e2199;--s0:#0a5ca8;--s1:#b3460b;--s2:#1b7a4b;"
  "--s3:#8a3b92;--s4:#8a6d00;--s5:#b01e4b;--s6:#0b7f8c;--s7:#4d4d4d}\n"
  "@media screen and (prefers-color-scheme:dark){:root{--paper:#17191d;"
  "--ink:#e8e9eb;--soft:#a3a9b2;--faint:#363b43;--mark:#7db4ee;--rim:#e8e9eb55;--s0:#74b3f2;"
  "--s1:#f29a63;--s2:#6fce9c;--s3:#d59be0;--s4:#dcc04a;--s5:#f58aa9;"
  "--s6:#5fcad6;--s7:#c4c4c4}}\n"
  "body{max-width:78rem;margin:0 auto;padding:1.5rem;background:var(--paper);"
  "color:var(--ink);font:15px/1.5 system-ui,sans-serif}\n"
  "h1{font-size:1.7rem;line-height:1.25;margin:0 0 .3rem;"
  "overflow-wrap:anywhere}\n"
  "h2{font-size:1.25rem;margin:2.4rem 0 .3rem}\n"
  "h3{font-size:1.05rem;margin:1.4rem 0 .2rem}\n"
  "p{margin:.3rem 0 .8rem;max-width:48rem}\n"
  "pre{margin:.6rem 0;padding:.5rem .8rem;border:1px solid var(--faint);"
  "border-radius:4px;white-space:pre-wrap;overflow-wrap:anywhere;"
  "font:13px/1.45 ui-monospace,monospace}\n"
  ".scroll{overflow-x:auto}\n"
  "table{border-collapse:collapse;margin:.6rem 0 1rem;"
  "font-variant-numeric:tabular-nums}\n"
  "th,td{padding:.3rem .65rem;text-align:right;vertical-align:top;"
  "border-bottom:1px solid var(--faint)}\n"
  "thead th{border-bottom:1.5px solid var(--ink);vertical-align:bottom}\n"
  "th:first-child{text-align:left;padding-left:0}\n"
  "thead th small{font-weight:normal}\n"
  "tbody th{font-weight:normal}\n"
  "small{display:block;color:var(--soft);font-size:.82em;white-space:nowrap}\n"
  "dl{columns:2 24rem;column-gap:2rem;margin:.6rem 0}\n"
  "dl div{break-inside:avoid;margin:0 0 .45rem}\n"
  "dt{font-weight:600;display:inline}\n"
  "dd{display:inline;margin:0 0 0 .4rem;color:var(--soft)}\n"
  /* A caption is as wide as its drawing, however long. */
  ".plots{display:flex;flex-wrap:wrap;align-items:flex-end;"
  "gap:1rem 1.2rem}\n"
  "figure{margin:0;break-inside:avoid;page-break-inside:avoid}\n"
  ".plots>figure{flex:none;max-width:100%}\n"
  ".plots figcaption{width:0;min-width:100%;box-sizing:border-box}\n"
  "figcaption{font-size:.88rem;line-height:1.35;overflow-wrap:anywhere}\n"
  "figcaption span{color:var(--soft)}\n"
  ".reading{display:flex;flex-wrap:wrap;gap:.6rem;padding:.7rem 0;"
  "border-top:1px solid var(--faint);break-inside:avoid;"
  "page-break-inside:avoid}\n"
  ".reading figure{width:7.2rem}\n"
  ".reading .query{width:10.5rem;padding-right:.8rem;"
  "border-right:2px solid var(--ink)}\n"
  ".reading img,.blank{display:block;width:auto;height:6rem;max-width:100%;"
  "object-fit:contain;margin:0 0 .25rem}\n"
  ".blank{width:6rem;border:1px dashed var(--soft);box-sizing:border-box;"
  "color:var(--soft);font-size:.8rem;padding:.4rem;overflow:hidden;"
  "overflow-wrap:anywhere}\n"
  "@media print{@page{size:A4;margin:14mm}body{padding:0;max-width:none;"
  "font-size:10pt;print-color-adjust:exact;"
  "-webkit-print-color-adjust:exact}h2,h3{break-after:avoid;"
  "page-break-after:avoid}h2+p,h3+p{break-inside:avoid;break-after:avoid;page-break-after:avoid}"
  "table{font-size:8pt}th,td{padding:.2rem .4rem}"
  "tr{break-inside:avoid;page-break-inside:avoid}"
  ".scroll{overflow:visible}"
  ".plots{display:block}.plots>figure{display:inline-block;"
  "vertical-align:bottom;width:56mm;margin:0 3mm 3mm 0}"
  ".wide>figure{width:87mm}"
  "dl{columns:2}.reading figure{width:25mm}.reading .query{width:38mm}}\n";

const char *
ord_report_get_style (void)
{
  return style;
}
