"""The pictures of the chain rule in a real browser: steps, paths, sizes and the tape."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, pairwise

import pytest
from playwright.sync_api import Locator, Page, expect

Open = Callable[..., Page]
Still = Callable[[Page], None]
LINK = "/chain?f=x1^2%2Bx2;x1*x2^2&g=y1*y2;y1%2By2^2&at=x1:1,x2:2&v=1,2&lang=en"
LONG = "/chain?f=x1*x2;x1%2Bx2&g=y1*y2;y2^2&h=z1^2;z1*z2;z2&k=w1%2Bw2*w3&at=x1:1,x2:2&v=3&lang=en"
EIGHT = (
    "/chain?f=x1*x2;x2*x3;x3*x4;x4*x5;x5*x6;x6*x7;x7*x8;x8*x1"
    "&g=y1-y2;y2-y3;y3*y4;y4*y5;y5-y6;y6*y7;y7%2By8;y8-y1&at=x1:1,x2:2,x3:3,x4:4,x5:5,x6:6,x7:7,x8:8&lang=en"
)
SOFTMAX = (
    "/chain?f=exp(x1)/(exp(x1)%2Bexp(x2)%2Bexp(x3));exp(x2)/(exp(x1)%2Bexp(x2)%2Bexp(x3));"
    "exp(x3)/(exp(x1)%2Bexp(x2)%2Bexp(x3))&g=-log(y2)&at=x1:1,x2:2,x3:3&v=1&lang=en"
)
LAYERS = "/chain?f=x1-2*x2%2B1;3*x1%2Bx2/2-1&g=tanh(y1);tanh(y2)&h=2*z1-z2&k=(w1%2B1)^2/2&at=x1:1/2,x2:1&v=1&lang=en"
COVERED = """svg => {
    const edges = ({ left, top, right, bottom }) => [left, top, right, bottom]
    const box = e => edges(e.getBoundingClientRect())
    const texts = [...svg.querySelectorAll("text")].filter(text => text.textContent)
    const boxes = texts.map(box), [left, top, right, bottom] = box(svg), found = []
    boxes.forEach(([l, t, r, b], i) => {
        const told = texts[i].textContent
        if (l < left || t < top || r > right || b > bottom) found.push(`${told} is cut`)
        boxes.slice(0, i).forEach(([x, y, X, Y], k) => {
            if (l + 1 < X && x + 1 < r && t + 2 < Y && y + 2 < b) found.push(`${told} on ${texts[k].textContent}`)
        })
    })
    return found
}"""


def handle(page: Page, name: str) -> Locator:
    return page.get_by_test_id(name)


def meet(one: dict[str, float], other: dict[str, float]) -> bool:
    """Whether two bounding boxes share more than a hair."""
    return all(
        one[at] + 1 < other[at] + other[size] and other[at] + 1 < one[at] + one[size]
        for at, size in (("x", "width"), ("y", "height"))
    )


def count_messages(page: Page) -> None:
    """Counts in ``window.sent`` what the browser sends to the server from now on."""
    page.evaluate(
        """() => {
            window.sent = 0
            const send = WebSocket.prototype.send
            WebSocket.prototype.send = function (...args) { window.sent++; return send.apply(this, args) }
        }"""
    )


def test_backward_is_stepped_to_the_end_without_a_message_to_the_server(open_page: Open):
    page = open_page(LINK)
    step, middle, total = (handle(page, name) for name in ("backward-step", "middle-cotangent", "total"))
    expect(total).to_have_attribute("data-value", "88,82")
    count_messages(page)
    step.click()
    expect(middle.locator(".lens-cell").first).to_be_hidden()
    step.click()
    expect(middle.locator(".lens-cell").first).to_be_visible()
    expect(middle).to_have_attribute("data-value", "6,19")
    expect(total.locator(".lens-cell").first).to_be_hidden()
    expect(handle(page, "sweep-check")).to_contain_text("y.grad = [6, 19]")
    step.click()
    expect(total.locator(".lens-cell").first).to_be_visible()
    expect(handle(page, "sweep-check")).to_contain_text("✓")
    expect(handle(page, "sweep-check")).to_contain_text("x.grad = [88, 82]")
    assert page.evaluate("window.sent") == 0


def test_backward_is_stepped_with_the_keys(open_page: Open):
    page = open_page(LINK)
    rail = page.locator(".lens-sweep")
    expect(handle(page, "total")).to_be_visible()
    rail.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(handle(page, "middle-cotangent").locator(".lens-cell").first).to_be_visible()
    expect(handle(page, "total").locator(".lens-cell").first).to_be_hidden()
    page.keyboard.press("ArrowLeft")
    expect(handle(page, "middle-cotangent").locator(".lens-cell").first).to_be_hidden()


@pytest.mark.parametrize("width", [1440, 390])
def test_no_arrow_runs_through_its_name_and_no_bracket_touches_another(open_page: Open, still: Still, width: int):
    page = open_page(LINK, width=width)
    expect(handle(page, "total")).to_be_visible()
    still(page)
    for arrow in page.locator(".lens-hop").all():
        line = arrow.bounding_box()
        shaft = arrow.evaluate("e => parseFloat(getComputedStyle(e, '::before').top)")
        head = arrow.evaluate("e => parseFloat(getComputedStyle(e, '::after').height)") * 0.75
        for name in arrow.locator(":scope > span:not([hidden]) .katex-html .base").all():
            inked = name.bounding_box()
            assert inked["y"] + inked["height"] < line["y"] + shaft
            left, right = inked["x"] - line["x"], line["x"] + line["width"] - inked["x"] - inked["width"]
            assert min(left, right) > 0
            assert (left if "lens-hop-back" in arrow.get_attribute("class") else right) > head
    bodies = page.locator(".lens-sweep-rail .lens-matrix:not([hidden]) > .lens-body").all()
    for one, other in combinations([body.bounding_box() for body in bodies], 2):
        assert not meet(one, other)


@pytest.mark.parametrize(("path", "width"), [(SOFTMAX, 1440), (EIGHT, 1440), (SOFTMAX, 390), (EIGHT, 390)])
def test_a_long_sum_wraps_so_that_its_result_is_in_sight(open_page: Open, still: Still, path: str, width: int):
    page = open_page(path, width=width)
    still(page)
    total = handle(page, "step-sum")
    expect(total.locator(".lens-result .lens-cell").first).to_be_visible()
    assert total.evaluate("e => e.scrollWidth <= e.clientWidth")
    card, result = total.bounding_box(), total.locator(".lens-result").bounding_box()
    assert result["x"] + result["width"] <= card["x"] + card["width"]
    assert result["y"] + result["height"] <= card["y"] + card["height"]


def test_no_step_moves_what_stands_below(open_page: Open, still: Still):
    page = open_page(SOFTMAX)
    still(page)
    below = handle(page, "sweep-check")
    expect(below).to_contain_text("x.grad")
    page.locator(".lens-sweep").focus()
    places = []
    for key in ("Home", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
        places.append(below.bounding_box()["y"])
    assert len(set(places)) == 1


def test_eight_numbers_at_every_space_fit_a_laptop_and_scroll_from_v_on_a_phone(open_page: Open, still: Still):
    rail = open_page(EIGHT).locator(".lens-sweep-rail-box")
    expect(rail.locator(".lens-cell").first).to_be_visible()
    assert rail.evaluate("e => e.scrollWidth <= e.clientWidth")
    for path in (EIGHT, SOFTMAX):
        page = open_page(path, width=390)
        expect(page.get_by_text("wider than this card")).to_be_visible()
        still(page)
        v = handle(page, "cotangent-v").bounding_box()
        assert 0 <= v["x"] <= 390 - v["width"]


def test_what_was_v_is_no_longer_dragged_once_a_stage_follows(open_page: Open):
    page = open_page(LINK)
    expect(handle(page, "cotangent-v").locator(".lens-sweep-drag")).to_have_count(2)
    page.get_by_role("button", name="Add a stage").click()
    expect(handle(page, "cotangent-z").locator(".lens-cell")).to_have_count(2)
    expect(handle(page, "cotangent-z").locator(".lens-sweep-drag")).to_have_count(0)
    assert handle(page, "cotangent-z").locator(".lens-cell").first.evaluate("e => e.onpointerdown === null && !e.title")
    expect(handle(page, "cotangent-v").locator(".lens-sweep-drag")).to_have_count(1)


def test_forward_carries_u_to_the_right(open_page: Open):
    page = open_page(LINK)
    handle(page, "mode-forward").click()
    expect(handle(page, "tangent-y")).to_have_attribute("data-value", "2,4")
    expect(handle(page, "tangent-z")).to_have_attribute("data-value", "20,34")
    expect(handle(page, "sweep-check")).to_contain_text(
        "✓ PyTorch has the same: torch.func.jvp(g, (y,), (u,))[1] = [20, 34]"
    )
    page.get_by_role("slider", name="u2").focus()
    page.keyboard.press("1")
    expect(handle(page, "tangent-y")).to_have_attribute("data-value", "3,8")
    expect(handle(page, "tangent-z")).to_have_attribute("data-value", "36,67")
    expect(handle(page, "sweep-check")).to_contain_text("asked for u = (1, 0) only")


def test_a_weight_that_is_dragged_moves_every_cotangent_before_the_server_knows(open_page: Open):
    page = open_page(LINK)
    expect(handle(page, "total")).to_have_attribute("data-value", "88,82")
    thumb = page.get_by_role("slider", name="v2", exact=True)
    thumb.scroll_into_view_if_needed()
    box = thumb.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] - 60, box["y"] + box["height"] / 2, steps=5)
    expect(handle(page, "total")).not_to_have_attribute("data-value", "88,82")
    v2 = float(thumb.get_attribute("aria-valuenow"))
    y = [float(n) for n in handle(page, "middle-cotangent").get_attribute("data-value").split(",")]
    assert y == pytest.approx([4 + v2, 3 + 8 * v2])
    page.mouse.up()
    expect(handle(page, "sweep-check")).to_contain_text("✓")


def test_an_entry_of_the_product_opens_as_the_sum_over_its_paths(open_page: Open):
    page = open_page(LINK)
    handle(page, "product-1-2").click()
    expect(handle(page, "product-1-2")).to_have_attribute("aria-pressed", "true")
    expect(handle(page, "path-2-1-1")).to_have_attribute("data-value", "4")
    expect(handle(page, "path-2-2-1")).to_have_attribute("data-value", "12")
    expect(handle(page, "path-sum")).to_have_attribute("data-value", "16")
    lit = page.locator(".lens-edge-lit.lens-edge")
    expect(lit).to_have_count(4)
    handle(page, "path-2-2-1").hover()
    expect(lit).to_have_count(2)


def test_an_entry_opens_with_the_keys_and_an_edge_tells_its_formula(open_page: Open):
    page = open_page(LINK)
    handle(page, "product-1-1").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(handle(page, "path-sum")).to_have_attribute("data-value", "34")
    page.locator(".lens-edge-hit").nth(3).dispatch_event("pointerenter")
    expect(page.locator(".lens-paths-told")).to_contain_text("=")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_factors_stand_on_one_axis_and_the_paths_in_columns(open_page: Open, still: Still, width: int):
    page = open_page(LAYERS, width=width)
    still(page)
    expect(handle(page, "product-1-1")).to_be_visible()
    bodies = [body.bounding_box() for body in page.locator(".lens-paths-product .lens-body").all()]
    assert max(middles := [box["y"] + box["height"] / 2 for box in bodies]) - min(middles) < 1
    rows = [
        [part.bounding_box() for part in row.locator("> span").all()]
        for row in page.locator(".lens-term-of-path").all()
    ]
    assert len(rows) == 4
    for column in zip(*rows, strict=True):
        assert max(box["x"] for box in column) - min(box["x"] for box in column) < 1
    for row in rows:
        assert all(left["x"] + left["width"] + 8 <= right["x"] for left, right in pairwise(row))


def test_the_sizes_are_dragged_and_the_counts_follow(open_page: Open):
    page = open_page(LINK)
    expect(handle(page, "cost-backward")).to_have_attribute("data-value", "8")
    expect(handle(page, "cost-product")).to_have_attribute("data-value", "12")
    expect(handle(page, "cost-now")).to_have_attribute("data-value", "equal")
    page.get_by_role("slider", name="a", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(handle(page, "cost-backward")).to_have_attribute("data-value", "10")
    expect(handle(page, "cost-backward-passes")).to_have_attribute("data-value", "20")
    expect(handle(page, "cost-forward-passes")).to_have_attribute("data-value", "30")
    expect(handle(page, "cost-now")).to_have_attribute("data-value", "backward")
    page.get_by_role("slider", name="c", exact=True).focus()
    page.keyboard.press("End")
    expect(handle(page, "cost-crossing")).to_have_attribute("data-value", "1024")
    expect(handle(page, "cost-now")).to_have_attribute("data-value", "forward")


def test_the_counts_follow_an_edit_that_changes_the_sizes_and_the_number_of_stages(open_page: Open):
    page = open_page(LINK)
    expect(handle(page, "cost-backward")).to_have_attribute("data-value", "8")
    field = page.get_by_label("Function y_1")
    field.click()
    expect(page.locator(".st-key-chain-weights-plain")).to_have_count(0)  # the run that the first focus starts is over
    field.fill("x1^2+x2*x3")
    field.press("Enter")
    expect(handle(page, "cost-backward")).to_have_attribute("data-value", "10")
    page.get_by_role("button", name="Add a stage").click()
    expect(handle(page, "cost-backward")).to_have_attribute("data-value", "12")
    expect(handle(page, "cost-product")).to_have_attribute("data-value", "21")


@pytest.mark.parametrize("keys", [("End", "End"), ("Home", "End"), ("End", "Home"), ("Home", "Home")])
def test_the_letters_of_the_cost_chart_stay_apart_and_inside_at_the_ends_of_the_scale(
    open_page: Open, still: Still, keys
):
    page = open_page(LINK)
    still(page)
    for name, key in zip("ac", keys, strict=True):
        page.get_by_role("slider", name=name, exact=True).press(key)
    expect(handle(page, "cost-crossing")).to_have_attribute("data-value", "1024" if keys[1] == "End" else "1")
    chart = page.locator(".lens-cost-chart svg")
    outside, boxes = chart.bounding_box(), [text.bounding_box() for text in chart.locator("text").all()]
    for box in boxes:
        assert outside["x"] <= box["x"] <= outside["x"] + outside["width"] - box["width"]
    for one, other in combinations(boxes, 2):
        assert not meet(one, other)


def test_with_a_single_output_forward_is_said_to_be_never_cheaper(open_page: Open):
    page = open_page(LINK)
    page.get_by_role("slider", name="c", exact=True).press("Home")
    expect(handle(page, "cost-now")).to_contain_text("never cheaper")
    expect(handle(page, "cost-now")).not_to_contain_text("smaller than 1")


def test_the_tape_is_stepped_one_node_at_a_time_and_the_table_tells_the_same(open_page: Open):
    page = open_page(LINK)
    expect(handle(page, "tape-1")).to_have_attribute("data-adjoint", "88,82")
    expect(handle(page, "tape-10")).to_have_attribute("data-adjoint", "6,19")
    expect(handle(page, "tape-10")).to_contain_text("StackBackward0")
    step = handle(page, "tape-step")
    step.click()
    step.click()
    expect(handle(page, "tape-18")).to_have_class("lens-tape-current")
    expect(handle(page, "node-18")).to_contain_text("(1, 2)")
    step.click()
    expect(handle(page, "tape-17")).to_have_class("lens-tape-current")
    expect(page.locator(".lens-tape-products li")).to_have_count(2)
    page.get_by_role("button", name="To the end").click()
    expect(page.locator(".lens-tape-said")).to_contain_text("(88, 82)")


@pytest.mark.parametrize("path", [LINK, LAYERS, SOFTMAX, EIGHT])
def test_no_number_on_the_tape_is_cut_or_covers_another(open_page: Open, path: str):
    page = open_page(path)
    graph = page.locator(".lens-tape-box svg")
    expect(handle(page, "node-1").locator(".lens-tape-adjoint")).not_to_be_empty()
    page.locator(".lens-tape").focus()
    assert graph.evaluate(COVERED) == []
    for _ in range(8):
        page.keyboard.press("ArrowLeft")
        assert graph.evaluate(COVERED) == []


def test_a_vector_that_is_too_long_for_its_box_is_told_by_its_size_and_whole_in_the_title(open_page: Open):
    node = handle(open_page(EIGHT), "node-1")
    expect(node.locator(".lens-tape-adjoint")).to_have_text("∈ ℝ⁸")
    expect(node.locator("title")).to_contain_text("16, 0, 76, 267, 294, 490, 674, 303")


def test_a_node_says_that_more_will_come_only_while_it_will(open_page: Open):
    page = open_page(LINK)
    x, t17, z = (handle(page, f"node-{i}").locator(".lens-tape-adjoint") for i in (1, 17, 18))
    expect(x).to_have_text("(88, 82)")
    page.locator(".lens-tape").focus()
    page.keyboard.press("Home")
    expect(z).to_have_text("(1, 2)")
    page.keyboard.press("ArrowRight")
    expect(t17).to_have_text("2")  # used once
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    expect(x).to_have_text("(88, 82)")  # used four times, and all have come
    page.keyboard.press("ArrowLeft")
    expect(x).to_contain_text("+ …")


def test_four_stages_have_their_cotangents_too(open_page: Open):
    page = open_page(LONG)
    expect(handle(page, "cotangent-v")).to_have_attribute("data-value", "3")
    for name in ("cotangent-w", "cotangent-z", "middle-cotangent", "total"):
        expect(handle(page, name)).to_be_visible()
    for _ in range(5):
        handle(page, "backward-step").click()
    expect(handle(page, "sweep-check")).to_contain_text("✓")


def test_a_single_weight_has_nothing_to_try(open_page: Open):
    page = open_page(LONG)
    expect(page.get_by_role("slider", name="v1")).to_be_visible()
    expect(page.locator(".lens-tries")).to_have_text("")


@pytest.mark.parametrize("path", [LINK, LONG, EIGHT])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_page_never_scrolls_sideways(open_page: Open, path: str, width: int):
    page = open_page(path, width=width)
    expect(handle(page, "product-1-1")).to_be_visible()
    expect(handle(page, "tape-step")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= width


def test_at_eight_by_eight_the_cells_of_the_product_do_not_overlap(open_page: Open, still: Still):
    page = open_page(EIGHT)
    still(page)
    expect(handle(page, "product-8-8")).to_be_attached()
    boxes = [handle(page, f"product-1-{j}").bounding_box() for j in range(1, 9)]
    for left, right in pairwise(boxes):
        assert left["x"] + left["width"] <= right["x"] + 0.5
    assert all(box["height"] >= 14 for box in boxes)
    for cell in page.locator(".lens-paths-product .lens-cell").all()[:64]:
        assert cell.evaluate("e => e.scrollWidth <= e.clientWidth + 1")


def test_chinese_and_dark(open_page: Open):
    page = open_page("/chain?lang=zh", locale="zh-CN", dark=True)
    expect(handle(page, "backward-step")).to_contain_text("再来一次")
    expect(page.locator(".lens-tape-hint")).to_contain_text("PyTorch")


def test_no_infinity_comes_along_a_path_that_is_not_there(open_page: Open):
    page = open_page("/chain?f=x1;x2&g=sqrt(y1);y2&at=x1:0,x2:1&v=1,1&lang=en")
    expect(handle(page, "total")).to_have_attribute("data-value", "inf,1")  # as the server has it
    page.evaluate("() => { WebSocket.prototype.send = () => {} }")  # what follows is the browser's own answer
    page.get_by_role("slider", name="v2").focus()
    page.keyboard.press("ArrowUp")
    expect(handle(page, "total")).to_have_attribute("data-value", "inf,1.1")
    handle(page, "product-1-2").click()
    expect(page.locator(".lens-paths-list")).to_contain_text("= 0")
    expect(page.locator(".lens-paths-list")).not_to_contain_text("nan")


@pytest.mark.parametrize("path", [LINK, EIGHT])
def test_the_graph_of_paths_is_as_large_on_a_phone_and_no_number_in_it_covers_another(open_page: Open, path: str):
    page = open_page(path, width=390)
    graph = page.locator(".st-key-card-chain_product svg[role=img]")
    expect(graph.locator(".lens-edge-lit").first).to_be_attached()
    assert graph.evaluate("svg => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width") > 0.95
    seen = COVERED.replace("text.textContent)", "getComputedStyle(text).visibility === 'visible')")
    assert graph.evaluate(seen) == []
