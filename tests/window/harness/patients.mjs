// Made-up patients, as a clinical system puts them on the clipboard.

export const SMITH = `SMITH, John (Mr)  Born 14-Jul-1945 (81y)  Gender Male  NHS No. 999 000 0018
12 Canal Row, Leek  ZZ99 3VZ
Home 01632 960018 Mobile 07700 900018`;

export const DOE = `DOE, Jane (Mrs)  Born 02-Feb-1980 (46y)  Gender Female  NHS No. 999 000 0026
3 Mill Lane, Biddulph  ZZ99 3VZ
Mobile 07700 900026`;

/** Two numbers in one paste: of two people, or one of them mistyped. */
export const TWO_NUMBERS = `SMITH, John (Mr)  Born 14-Jul-1945 (81y)  Gender Male  NHS No. 999 000 0018
Letter of the clinic: John Smith, NHS No. 999 000 0026`;

export const DECEASED = `SMITH, John (Mr)  Born 14-Jul-1945 (81y)  Deceased 01-Nov-2026  Gender Male  NHS No. 999 000 0018`;
