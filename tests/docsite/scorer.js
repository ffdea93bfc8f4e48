/*
Copyright (c) 2026, the knowledgefront.monitoring contributors
GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later

Who searches for three words or more has a sentence on the screen: the page with all of them comes first.
*/
var Scorer = {
  score: ([page, _title, _anchor, _description, score]) => {
    const words = (new URLSearchParams(window.location.search).get("q") || "").trim().split(/\s+/);
    return page === "docsite/errors" && words.length > 2 ? score + 1000 : score;
  },
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
