# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A page in HTML, parsed, and what every page of the collection must be."""

from __future__ import annotations

from html.parser import HTMLParser

EMPTY = {"meta", "br"}
TEXT_ONLY = {"script", "iframe", "img", "link", "a", "form", "object", "base", "image", "use", "foreignobject"}


class Page(HTMLParser):
    """The elements of a page, which must nest, with their attributes."""

    def __init__(self, source):
        super().__init__()
        self.open, self.elements, self.texts, self.titles = [], [], [], 0
        self.feed(source)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.titles += tag == "title" and self.open[-1:] == ["head"]
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        assert tag == "path"
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.texts.append(data)

    @property
    def tags(self):
        return [tag for tag, attributes in self.elements]

    @property
    def text(self):
        return "".join(self.texts)


def assert_it_loads_nothing(text):
    page = Page(text)
    assert not TEXT_ONLY & set(page.tags)
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "href")], tag
    content_policy = next(one["content"] for tag, one in page.elements if one.get("http-equiv"))
    assert "default-src 'none'" in content_policy and "script" not in content_policy
    assert "url(" not in text and "@import" not in text


def assert_it_is_accessible(page):
    assert page.tags.count("h1") == page.tags.count("main") == page.titles == 1
    names = [one["id"] for tag, one in page.elements if "id" in one]
    assert len(names) == len(set(names))
    for tag, attributes in page.elements:
        if tag == "svg":
            assert attributes["role"] == "img"
            assert set(attributes["aria-labelledby"].split()) <= set(names)
        if tag == "th":
            assert attributes["scope"] in ("col", "row")


def brightness(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    lighter, darker = sorted((brightness(one), brightness(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
