"""The pictures of /vjp in a real browser: they move with v and x in the same frame, and say what is true."""

import itertools
import json
import math
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from core.expression.tree import CONSTANTS, FUNCTIONS, OPERATORS, Node
from core.numbers.floats import OPERATIONS, evaluate

Open = Callable[..., Page]
EXAMPLE = "/vjp?f=2*x1%2Bx2^2;x1^2%2B2*x2^3&at=x1:1,x2:2&v=2,1"
THREE = "/vjp?f=2*x1%2Bx2-x3;x1%2B3*x3&at=x1:1,x2:2,x3:3&v=2,-1"
SCALAR = "/vjp?f=x^3-2*x&at=x:2&v=3"
TABS = ("map", "contours", "surface", "duality", "recover", "ledger")


def _tab(page: Page, name: str) -> Locator:
    page.get_by_test_id(f"tab-{name}").click()
    view = page.locator(f".lens-view-{name} > *").first
    view.wait_for()
    return page.locator(f".lens-view-{name}")


def _numbers(text: str | None) -> list[float]:
    return [float(number) for number in (text or "").split(",")]


def _set(page: Page, patch: dict[str, object]) -> None:
    """Moves something the way a drag does, and waits for the frame in which it is painted."""
    page.evaluate(
        """async patch => {
            const { "kit/bus": bus } = await import(self.lens.script)
            bus.channel("vjp").update(patch)
        }""",
        patch,
    )
    page.evaluate(PAINTED)


# The frame after the next one: everything that has been asked for is painted then.
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def _drag(page: Page, handle: Locator, right: float, down: float, steps: int = 8) -> None:
    """Presses, moves and leaves the button down."""
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right, y + down, steps=steps)


# ── Arrows ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_arrows_end_at_the_total_of_the_stage(open_page: Open) -> None:
    page = open_page(EXAMPLE)
    expect(page.get_by_test_id("arrows")).to_have_attribute("data-tip", "6,32")
    expect(page.get_by_test_id("arrow-1")).to_have_attribute("data-tip", "4,8")
    expect(page.get_by_text("2·∇y₁ = (4, 8)")).to_be_visible()
    expect(page.get_by_test_id("arrows").get_by_text("x.grad = (6, 32)")).to_be_visible()


def test_the_arrows_follow_a_dragged_weight_before_it_is_released(open_page: Open) -> None:
    page = open_page(EXAMPLE)
    _drag(page, page.get_by_role("slider", name="v1", exact=True), -60, 0)
    weight = float(page.get_by_role("slider", name="v1", exact=True).get_attribute("aria-valuenow") or "")
    assert weight < 2
    expect(page.get_by_test_id("arrow-1")).to_have_attribute("data-tip", re.compile(r"."))
    assert _numbers(page.get_by_test_id("arrow-1").get_attribute("data-tip")) == pytest.approx([2 * weight, 4 * weight])
    page.mouse.up()


def test_pointing_at_a_row_of_the_jacobian_lights_its_arrow(open_page: Open) -> None:
    page = open_page(EXAMPLE)
    page.get_by_test_id("row-2").hover()
    expect(page.get_by_test_id("arrow-2")).to_have_class("lens-lit")
    expect(page.get_by_test_id("arrow-1")).to_have_class("lens-unlit")


def test_no_label_of_an_arrow_lies_on_a_line_or_on_another_label(open_page: Open) -> None:
    page = open_page(EXAMPLE)
    page.emulate_media(reduced_motion="reduce")  # else the picture glides to each new scale
    expect(page.get_by_test_id("arrows")).to_be_visible()
    for v in itertools.product((-3, -1.2, 0.1, 2, 3), repeat=2):
        _set(page, {"v": list(v), "dragging": False})
        assert page.evaluate(COLLISIONS) == [], v


COLLISIONS = """() => {
    const picture = document.querySelector('[data-testid="arrows"]')
    const shown = label => label.style.visibility !== "hidden" && label.textContent
    const labels = [...picture.querySelectorAll(".lens-labels text")].filter(shown)
    const boxes = labels.map(l => [l.textContent, l.getBBox()])
    const found = []
    for (const shaft of picture.querySelectorAll(".lens-shaft")) {
        const length = shaft.getTotalLength?.() ?? 0
        for (let s = 0; s <= length; s += 1) {
            const { x, y } = shaft.getPointAtLength(s)
            for (const [name, b] of boxes)
                if (x > b.x && x < b.x + b.width && y > b.y + 2 && y < b.y + b.height - 2) found.push([name, "line"])
        }
    }
    boxes.forEach(([name, a], i) => boxes.slice(i + 1).forEach(([other, b]) => {
        const across = a.x < b.x + b.width && b.x < a.x + a.width
        if (across && a.y + 2 < b.y + b.height && b.y + 2 < a.y + a.height) found.push([name, other])
    }))
    return found
}"""


def test_three_inputs_are_bars_first_and_arrows_on_demand(open_page: Open) -> None:
    page = open_page(THREE)
    bars = page.get_by_test_id("bars")
    expect(bars.locator(".lens-sum")).to_have_count(3)
    assert [_numbers(n.get_attribute("data-value"))[0] for n in bars.locator(".lens-sum").all()] == [3, 2, -5]
    page.get_by_role("button", name="two inputs, as arrows").click()
    expect(page.get_by_test_id("arrows")).to_have_attribute("data-tip", "3,2")
    page.locator(".lens-view-arrows").get_by_label("up").select_option("2")
    expect(page.get_by_test_id("arrows")).to_have_attribute("data-tip", "3,-5")


# ── Maps, and x under the hand ───────────────────────────────────────────────────────────────────────────


def test_x_dragged_on_the_grid_moves_the_jacobian_at_once_and_the_address_on_release(
    new_page: Open, server: str, still: Callable[[Page], None]
) -> None:
    page = new_page()
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.goto(server + EXAMPLE)
    page.get_by_test_id("arrows").wait_for()
    view = _tab(page, "map")
    point, det = view.get_by_test_id("point"), view.get_by_test_id("det")
    expect(det).to_have_attribute("data-value", "40")
    still(page)
    before = len(sent)
    _drag(page, point, 24, -31)
    page.evaluate(PAINTED)
    x1, x2 = _numbers(point.get_attribute("data-value"))
    assert x1 > 1
    assert x2 > 2
    assert _numbers(det.get_attribute("data-value")) == pytest.approx([12 * x2**2 - 4 * x1 * x2])
    tip = [2 * 2 + 2 * x1, 2 * 2 * x2 + 6 * x2**2]
    assert _numbers(page.get_by_test_id("arrows").get_attribute("data-tip")) == pytest.approx(tip)
    assert len(sent) == before
    page.mouse.up()
    expect(page).to_have_url(re.compile(re.escape(f"at=x1:{x1:g},x2:{x2:g}")))
    assert len(sent) == before + 1
    expect(page.get_by_test_id("total")).to_have_attribute("data-value", re.compile(f"{tip[0]:g},.*"))


def test_x_is_moved_by_keys_and_an_untouched_coordinate_stays_exact(open_page: Open) -> None:
    page = open_page("/vjp?f=r*cos(phi);r*sin(phi)&at=r:2,phi:pi/6&v=1,2")
    point = _tab(page, "map").get_by_test_id("point")
    point.focus()
    page.keyboard.press("ArrowRight")
    expect(point).to_have_attribute("data-value", re.compile(r"^2\.05,0\.5235"))
    expect(page).to_have_url(re.compile(r"at=r:2\.05,phi:pi/6"))


def test_a_smaller_grid_is_nearer_to_its_linear_image(open_page: Open) -> None:
    page = open_page(EXAMPLE)
    view = _tab(page, "map")
    size = view.get_by_test_id("map-size")

    def deviation() -> float:
        return float(
            page.evaluate("""() => {
                const box = name => document.querySelector(`[data-testid="map-after"] ${name}`).getBBox()
                const [f, j] = [box("path.lens-curves"), box("path.lens-linear")]
                return (Math.abs(f.y - j.y) + Math.abs(f.height - j.height)) / j.height
            }""")
        )

    page.emulate_media(reduced_motion="reduce")  # else the picture glides to its new scale
    coarse = deviation()
    size.fill("1")
    page.evaluate(PAINTED)
    assert deviation() < coarse / 4


def test_a_mirrored_map_says_so(open_page: Open) -> None:
    page = open_page("/vjp?f=x2;x1&at=x1:1,x2:2&v=2,1")
    expect(_tab(page, "map").get_by_test_id("det")).to_have_attribute("data-value", "-1")
    expect(page.get_by_text("turned over")).to_be_visible()


def test_every_contour_has_its_gradient_and_the_sum_has_x_grad(open_page: Open) -> None:
    page = open_page(EXAMPLE)
    view = _tab(page, "contours")
    expect(view.get_by_test_id("contour-2")).to_have_attribute("data-gradient", "2,24")
    expect(view.get_by_test_id("contour-total")).to_have_attribute("data-gradient", "6,32")
    _set(page, {"v": [0, 3]})
    expect(view.get_by_test_id("contour-total")).to_have_attribute("data-gradient", "6,72")


def test_one_input_has_a_curve_with_its_tangent(open_page: Open) -> None:
    page = open_page(SCALAR)
    expect(page.get_by_test_id("tab-map")).to_have_count(0)
    view = _tab(page, "surface")
    expect(view.get_by_text("x.grad = 30")).to_be_visible()
    point = view.get_by_test_id("point")
    point.focus()
    page.keyboard.press("ArrowUp")
    expect(page).to_have_url(re.compile(r"at=x:2\.05"))


def test_plotly_is_fetched_only_for_the_surface(open_page: Open) -> None:
    page = open_page(EXAMPLE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name in ("contours", "duality", "ledger"):
        _tab(page, name)
    assert not [url for url in asked if "plotly" in url]
    view = _tab(page, "surface")
    expect(view.locator(".lens-quiet")).not_to_have_text(re.compile("Loading"), timeout=30_000)


@pytest.fixture
def drawing_browser(browser: Browser) -> Iterator[Browser]:
    """A browser that draws in three dimensions, slowly, without a graphics card."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    started = browser.browser_type.launch(
        executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader"]
    )
    yield started
    started.close()


def test_the_surface_is_changed_in_place_and_keeps_its_camera(drawing_browser: Browser, server: str) -> None:
    page = drawing_browser.new_page(locale="en-US")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(server + EXAMPLE)
    page.get_by_test_id("arrows").wait_for()
    figure = _tab(page, "surface").get_by_test_id("surface")
    expect(figure).to_have_attribute("data-ready", "true", timeout=60_000)
    page.evaluate("""() => {
        const figure = document.querySelector('[data-testid="surface"]')
        figure.querySelector("canvas").dataset.first = "yes"
        return Plotly.relayout(figure, { "scene.camera.eye": { x: 2, y: 0.5, z: 1 } })
    }""")
    _set(page, {"v": [0, 3], "dragging": False})
    told = """() => {
        const figure = document.querySelector('[data-testid="surface"]')
        return [figure.querySelector("canvas").dataset.first, figure.layout.scene.camera.eye.x, figure.data[2].z[0]]
    }"""
    page.wait_for_function("document.querySelector('[data-testid=\"surface\"]').data[2].z[0] === 51")
    assert page.evaluate(told) == ["yes", 2, 51]
    assert not errors


# ── Duality, J by passes, .grad ──────────────────────────────────────────────────────────────────────────


def test_the_pairing_is_the_same_both_ways_while_u_and_v_move(open_page: Open) -> None:
    page = open_page(EXAMPLE)
    view = _tab(page, "duality")
    pairing = view.get_by_test_id("pairing")
    expect(pairing).to_have_attribute("data-value", "22")
    _drag(page, view.get_by_role("slider", name="u2", exact=True), 0, -60)
    expect(view.get_by_role("slider", name="u2", exact=True)).to_have_attribute("aria-valuenow", "1.5")
    expect(pairing).to_have_attribute("data-value", "54")
    page.mouse.up()
    weight = view.get_by_role("slider", name="Weight 2 of the rows")
    weight.focus()
    page.keyboard.press("-")
    expect(pairing).to_have_attribute("data-value", "-22")
    for way in ("forward", "backward"):
        expect(view.get_by_test_id(f"pairing-{way}")).to_have_attribute("data-value", "-22")
    expect(page).to_have_url(re.compile("v=2,-1"))


def test_m_passes_recover_the_jacobian_row_by_row(open_page: Open) -> None:
    page = open_page(THREE)
    view = _tab(page, "recover")
    step = view.get_by_test_id("recover-step")
    expect(view.get_by_test_id("recover-row-1")).to_have_attribute("data-filled", ",,")
    step.click()
    expect(view.get_by_test_id("recover-row-1")).to_have_attribute("data-filled", "2,1,-1")
    expect(view.get_by_test_id("recover-row-2")).to_have_attribute("data-filled", ",,")
    expect(page.get_by_test_id("row-1")).to_have_class(re.compile("lens-lit"))
    step.press("ArrowRight")
    expect(view.get_by_test_id("recover-row-2")).to_have_attribute("data-filled", "1,0,3")
    expect(view.get_by_test_id("recover-count")).to_have_text("Pass 2 of 2")
    expect(view.get_by_test_id("recover-verdict")).to_contain_text("2 < 3")
    expect(step).to_be_disabled()


def test_forward_mode_recovers_it_column_by_column(open_page: Open) -> None:
    page = open_page(THREE)
    view = _tab(page, "recover")
    view.get_by_role("button", name="forward, column by column").click()
    view.get_by_test_id("recover-step").click()
    expect(view.get_by_test_id("recover-row-1")).to_have_attribute("data-filled", "2,,")
    expect(view.get_by_test_id("recover-row-2")).to_have_attribute("data-filled", "1,,")
    expect(view.get_by_test_id("recover-count")).to_have_text("Pass 1 of 3")


def test_backward_accumulates_until_it_is_zeroed(open_page: Open) -> None:
    page = open_page(EXAMPLE)
    view = _tab(page, "ledger")
    grad, backward = view.get_by_test_id("ledger-grad"), view.get_by_test_id("ledger-backward")
    expect(grad).to_have_attribute("data-value", "None")
    backward.click()
    expect(grad).to_have_attribute("data-value", "6,32")
    _set(page, {"v": [0, 1]})
    backward.click()
    expect(grad).to_have_attribute("data-value", "8,56")
    view.get_by_test_id("ledger-zero").click()
    expect(grad).to_have_attribute("data-value", "None")


def test_a_freed_graph_answers_with_torchs_own_message(open_page: Open) -> None:
    page = open_page(EXAMPLE)
    view = _tab(page, "ledger")
    view.get_by_test_id("complaint-second_pass").wait_for()
    view.get_by_test_id("ledger-retain").uncheck()
    view.get_by_test_id("ledger-backward").click()
    view.get_by_test_id("ledger-backward").click()
    expect(view.get_by_test_id("ledger-log")).to_contain_text("Trying to backward through the graph a second time")
    expect(view.get_by_test_id("ledger-grad")).to_have_attribute("data-value", "6,32")
    view.get_by_test_id("ledger-forward").click()
    view.get_by_test_id("ledger-backward").click()
    expect(view.get_by_test_id("ledger-grad")).to_have_attribute("data-value", "12,64")


@pytest.mark.parametrize(
    ("locale", "meaning"),
    [("en-US", "backward must know how much each row counts"), ("zh-CN", "backward 必须知道每一行占多少权重")],
)
def test_torchs_messages_are_shown_word_for_word_and_explained(open_page: Open, locale: str, meaning: str) -> None:
    page = open_page(EXAMPLE, locale=locale)
    complaint = _tab(page, "ledger").get_by_test_id("complaint-no_argument")
    expect(complaint).to_contain_text("grad can be implicitly created only for scalar outputs")
    expect(complaint).to_contain_text(meaning)


def test_a_single_output_is_told_the_truth(open_page: Open) -> None:
    page = open_page(SCALAR)
    complaint = _tab(page, "ledger").get_by_test_id("complaint-no_argument")
    expect(complaint).to_have_attribute("data-outcome", "fine")
    expect(complaint).to_contain_text("x.grad: [10]")


# ── The evaluator ────────────────────────────────────────────────────────────────────────────────────────

VALUES = (-math.inf, -8.0, -1.0, -0.5, 0.0, 1 / 3, 1.0, 2.0, 750.0, math.inf, math.nan)


def test_the_browser_computes_what_python_computes(page: Page, server: str) -> None:
    names = [Node("name", text=f"x{k + 1}") for k in range(3)]
    arity = {op: OPERATORS.get(op) or FUNCTIONS.get(op, (2, 2))[0] for op in OPERATIONS}
    trees = {op: [op, *(["x", k] for k in range(count))] for op, count in arity.items()}
    trees["where"] = ["where", ["<", ["x", 0], ["x", 1]], ["x", 0], ["x", 1]]
    points = {op: list(itertools.product(VALUES, repeat=arity.get(op, 2))) for op in trees}
    answers = _evaluated(page, server, [[trees[op], points[op]] for op in trees])
    wrong = []
    for (op, tree), found in zip(trees.items(), answers, strict=True):
        node = Node(op, tuple(names[: len(tree) - 1]))
        if op == "where":
            node = Node("where", (Node("<", (names[0], names[1])), names[0], names[1]))
        for at, answer in zip(points[op], found, strict=True):
            wanted = evaluate(node, {f"x{k + 1}": value for k, value in enumerate(at)})
            got = float(answer.replace("Infinity", "inf"))
            same = (math.isnan(wanted) and math.isnan(got)) or got == wanted or math.isclose(got, wanted, rel_tol=1e-13)
            if not same:
                wrong.append((op, at, wanted, got))
    assert not wrong


def test_constants_and_special_numbers_reach_the_browser(page: Page, server: str) -> None:
    assert tuple(CONSTANTS) == ("pi",)
    found = _evaluated(page, server, [[["+", math.pi, ["x", 0]], [[1.0]]], ["-inf", [[1.0]]]])
    assert found == [[str(math.pi + 1)], ["-Infinity"]]


def test_an_operation_outside_the_table_is_refused(page: Page, server: str) -> None:
    for op in ("eval", "constructor", "__proto__", "toString"):
        with pytest.raises(Exception, match="not allowed"):
            _evaluated(page, server, [[[op, 1.0], [[1.0]]]])


def _evaluated(page: Page, server: str, jobs: list[object]) -> list[list[str]]:
    """The values of [tree, points] pairs as texts, computed by static/js/vjp/expression.js."""
    if page.url == "about:blank":
        page.goto(server)
    text = json.dumps(jobs).replace("NaN", '"NaN"').replace("-Infinity", '"-Infinity"')
    text = re.sub(r'(?<!["-])Infinity', '"Infinity"', text)
    return page.evaluate(
        """async text => {
            const { "vjp/expression": { compile } } = await import(self.lens.script)
            return JSON.parse(text).map(([tree, points]) => points.map(x => String(compile(tree)(x.map(Number)))))
        }""",
        text,
    )


# ── Every size, language and theme ───────────────────────────────────────────────────────────────────────

EIGHT = ";".join("*".join(f"x{(i + k) % 8 + 1}" for k in range(3)) for i in range(8))
WIDE = f"/vjp?f={quote(EIGHT, safe='*;')}&at={','.join(f'x{k}:{k}' for k in range(1, 9))}&v=1,-2,3,0,1,2,-1,2"


@pytest.mark.parametrize("path", [EXAMPLE, THREE, SCALAR, WIDE])
def test_no_picture_is_wider_than_a_phone(open_page: Open, path: str) -> None:
    page = open_page(path, width=390, locale="zh-CN", dark=True)
    for name in TABS:
        if page.get_by_test_id(f"tab-{name}").count():
            _tab(page, name)
            assert page.evaluate("document.documentElement.scrollWidth") == 390, name


def test_a_kink_and_a_pole_are_drawn_without_an_error(open_page: Open) -> None:
    page = open_page("/vjp?f=log(x1)/x2;relu(x1)&at=x1:0,x2:0&v=1,2")
    for name in TABS:
        _tab(page, name)
    expect(page.get_by_text("A row that is not finite here cannot be drawn.")).to_be_visible()


def test_a_picture_is_saved_as_wide_as_a_slide_and_as_a_drawing_that_stands_for_itself(
    open_page: Open, tmp_path: Path
) -> None:
    page = open_page(EXAMPLE)
    bar = page.locator(".lens-geometry", has=page.get_by_test_id("arrows")).locator(".lens-save")
    with page.expect_download() as download:
        bar.get_by_test_id("save-png").click()
    assert download.value.suggested_filename == "vjp-arrows.png"
    download.value.save_as(tmp_path / "arrows.png")
    picture = Image.open(tmp_path / "arrows.png")
    assert picture.width == 1920
    assert len(picture.convert("RGB").getcolors(100_000) or ()) > 20
    with page.expect_download() as download:
        bar.get_by_test_id("save-svg").click()
    download.value.save_as(tmp_path / "arrows.svg")
    drawing = ElementTree.parse(tmp_path / "arrows.svg")
    assert "x.grad = (6, 32)" in [element.text for element in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert not [element for element in drawing.iter() if "class" in element.attrib or "href" in str(element.attrib)]


def test_leaving_the_page_leaves_no_listener_behind(open_page: Open) -> None:
    page = open_page(EXAMPLE)
    listeners = """async () => {
        const { "kit/bus": bus } = await import(self.lens.script)
        return bus.channel("vjp").listeners
    }"""
    expect(page.get_by_test_id("arrows")).to_be_visible()
    expect(page.get_by_test_id("det")).to_be_visible()
    before = page.evaluate(listeners)
    for _ in range(3):
        page.get_by_role("link", name="Home", exact=True).click()
        expect(page.get_by_test_id("arrows")).to_have_count(0)
        page.go_back()
        expect(page.get_by_test_id("det")).to_be_visible()
    assert page.evaluate(listeners) == before
