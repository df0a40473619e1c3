"""The matrix product in a real browser: click, step, resize, paste, pick; each test looks at what is then visible."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

import pytest
from playwright.sync_api import Locator, Page, expect

Open = Callable[..., Page]
Still = Callable[[Page], None]
WEIGHTED = "/matmul?a=1,2;3,4&b=1,2,3;4,5,6&v=2,-1,0;1,3,5"
EIGHT = ";".join(",".join(str((3 * i + 5 * j) % 11 - 5) for j in range(8)) for i in range(8))
LARGEST = f"/matmul?a={EIGHT}&b={EIGHT}&v={EIGHT}"
LONG = "/matmul?a=123456789.123,-2.5;3,1/3&b=pi/4,2,3;4,5,6&v=sqrt(2),-3,1;1,0,1"
NINE = ";".join([",".join("1" * 9)] * 9)


def opened(open_page: Open, path: str, **options: object) -> Page:
    """A page whose component has started."""
    page = open_page(path, **options)
    expect(page.get_by_test_id("running-sum")).to_be_visible()
    return page


def settled(page: Page, part: str) -> None:
    page.wait_for_function(
        "part => decodeURIComponent(location.pathname + location.search).includes(part)", arg=part, timeout=15_000
    )


def entry(page: Page, name: str) -> Locator:
    return page.get_by_test_id(name)


def type_into(page: Page, name: str, text: str) -> None:
    entry(page, name).fill(text)
    entry(page, name).press("Enter")


def to_clipboard(page: Page, field: str, text: str) -> None:
    """Pastes into a field as a browser does."""
    entry(page, field).focus()
    page.evaluate(
        """text => {
          const data = new DataTransfer()
          data.setData("text/plain", text)
          const paste = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
          document.activeElement.dispatchEvent(paste)
        }""",
        text,
    )


def boxes(found: Locator) -> list[dict[str, float]]:
    return found.evaluate_all("all => all.map(e => e.getBoundingClientRect().toJSON())")


def overlapping(found: list[dict[str, float]]) -> list[tuple[int, int]]:
    return [
        (p, q)
        for q, second in enumerate(found)
        for p, first in enumerate(found[:q])
        if min(first["right"], second["right"]) - max(first["left"], second["left"]) > 0.5
        and min(first["bottom"], second["bottom"]) - max(first["top"], second["top"]) > 0.5
    ]


def messages(page: Page) -> list[int]:
    """Counts what the page sends from now on."""
    sent: list[int] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: sent.append(1)))
    return sent


# ── Selecting ────────────────────────────────────────────────────────────────────────────────────────────


def test_clicking_an_element_of_c_selects_its_card_and_shows_how_it_is_made(open_page: Open):
    page = opened(open_page, WEIGHTED)
    page.get_by_test_id("c-1-2").click()
    expect(page.get_by_test_id("card-1-2")).to_have_class(re.compile("lens-selected"))
    expect(page.get_by_test_id("card-1-2")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_test_id("card-1-2")).to_have_attribute("data-value", "0,-1,0;0,-2,0")
    expect(page.get_by_test_id("element")).to_contain_text("1⋅2+2⋅5")
    expect(page.get_by_test_id("element-card")).to_contain_text("c12 and its derivative")
    page.get_by_test_id("card-2-3").click()
    expect(page.get_by_test_id("c-2-3")).to_have_attribute("aria-pressed", "true")
    page.get_by_test_id("v-1-1").click()
    expect(page.get_by_test_id("card-1-1")).to_have_attribute("aria-pressed", "true")


def test_a_card_shows_row_i_of_a_as_its_only_column_in_letters_too(open_page: Open):
    page = opened(open_page, WEIGHTED)
    page.get_by_test_id("weighted").click()
    expect(page.get_by_test_id("card-2-3")).to_have_attribute("data-value", "0,0,3;0,0,4")
    page.get_by_test_id("letters").click()
    expect(page.get_by_test_id("card-2-3").locator(".katex-html")).to_have_text(["a21", "a22"])


def test_picking_an_entry_of_the_sum_lights_the_cards_that_feed_it_and_reads_the_closed_form(open_page: Open):
    page = opened(open_page, WEIGHTED)
    page.get_by_test_id("sum-2-3").click()
    for card in ("card-1-3", "card-2-3"):
        expect(page.get_by_test_id(card)).to_have_class(re.compile("lens-feeds"))
        expect(page.get_by_test_id(card).locator(".lens-lit")).to_have_count(1)
    expect(page.get_by_test_id("card-1-2")).not_to_have_class(re.compile("lens-feeds"))
    expect(page.get_by_test_id("feeds")).to_contain_text("0⋅2+5⋅4=20")
    expect(page.get_by_test_id("feeds")).to_contain_text("column 2 of a, which is row 2 of aᵀ")
    expect(page.get_by_test_id("closed-form")).to_contain_text("Row 2 of aᵀ")
    expect(page.get_by_test_id("closed").locator(".lens-pointed")).to_have_count(2 + 2 + 1)
    expect(page.locator(".lens-c [aria-pressed=true], .lens-card.lens-selected")).to_have_count(0)


def test_what_is_written_shorter_than_it_is_follows_an_approximately_sign(open_page: Open):
    page = opened(open_page, "/matmul?a=1,2;3,4&b=pi/4,2,3;4,5,6")
    page.get_by_test_id("c-2-1").click()
    expect(page.get_by_test_id("element")).to_contain_text("+4⋅4≈18.36")
    page.get_by_test_id("c-2-2").click()
    expect(page.get_by_test_id("element")).to_contain_text("3⋅2+4⋅5=26")
    page.get_by_test_id("sum-1-1").click()
    expect(page.get_by_test_id("feeds")).to_contain_text("1⋅1+1⋅3=4")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_reasons_of_an_element_stand_apart_on_every_line(open_page: Open, still: Still, width: int):
    page = opened(open_page, LARGEST, width=width)
    still(page)
    reasons = page.get_by_test_id("because").locator(".katex-html")
    expect(reasons).to_have_count(8)
    assert overlapping(boxes(reasons)) == []
    lines = {round(box["top"]) for box in boxes(reasons)}
    assert 1 < len(lines) < 8


@pytest.mark.parametrize("width", [1440, 390])
def test_the_numbers_of_the_sum_stand_apart(open_page: Open, still: Still, width: int):
    page = opened(open_page, LONG, width=width)
    still(page)
    page.evaluate(
        """() => document.querySelectorAll("[data-testid=running-sum] .lens-cell").forEach(cell => {
          const written = document.createElement("span")
          written.className = "written"
          written.append(...cell.childNodes)
          cell.append(written)
        })"""
    )
    numbers = page.get_by_test_id("running-sum").locator(".written")
    expect(numbers).to_have_count(6)
    assert overlapping(boxes(numbers)) == []


@pytest.mark.parametrize("path", ["/matmul", LONG, WEIGHTED])
def test_the_rows_of_a_c_and_v_stand_at_one_height(open_page: Open, still: Still, path: str):
    page = opened(open_page, path)
    still(page)
    for row in (1, 2):
        a, c, v = (boxes(page.get_by_test_id(f"{name}-{row}-1")) for name in "acv")
        middles = [(box["top"] + box["bottom"]) / 2 for box in (*a, *c, *v)]
        assert max(middles) - min(middles) < 1


# ── The sum ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_default_state_is_a_sum_under_way(open_page: Open):
    page = opened(open_page, "/matmul")
    expect(page.get_by_test_id("running-sum")).to_have_attribute("data-value", "4,1,1;6,2,2")
    expect(page.get_by_test_id("count")).to_have_text("4 of 6 terms")
    expect(page.get_by_test_id("card-2-2")).to_have_class(re.compile("lens-pending"))
    expect(page.get_by_test_id("agreement")).to_contain_text("PyTorch agrees, exactly")


def test_stepping_to_the_end_gives_b_grad_without_a_message_to_the_server(new_page, server: str, still: Still):
    page = new_page()
    sent = messages(page)
    page.goto(server + WEIGHTED)
    expect(page.get_by_test_id("running-sum")).to_be_visible()
    still(page)
    before = len(sent)
    page.get_by_role("slider").press("Home")
    expect(page.get_by_test_id("running-sum")).to_have_attribute("data-value", "0,0,0;0,0,0")
    expect(page.get_by_test_id("back")).to_be_disabled()
    partial = ["2,0,0;4,0,0", "2,-1,0;4,-2,0", "2,-1,0;4,-2,0", "5,-1,0;8,-2,0", "5,8,0;8,10,0", "5,8,15;8,10,20"]
    for value in partial:
        page.get_by_test_id("step").click()
        expect(page.get_by_test_id("running-sum")).to_have_attribute("data-value", value)
    expect(page.get_by_test_id("step")).to_be_disabled()
    expect(page.get_by_test_id("total")).to_have_attribute("data-value", partial[-1])
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", "6 of 6 terms")
    page.get_by_test_id("back").click()
    expect(page.get_by_test_id("running-sum")).to_have_attribute("data-value", partial[-2])
    assert len(sent) == before
    expect(page.get_by_test_id("torch")).to_contain_text("[ 5.,  8., 15.]")


def test_a_button_that_can_do_nothing_keeps_the_focus_and_the_keys_go_on_from_it(open_page: Open):
    page = opened(open_page, WEIGHTED)
    page.get_by_role("slider").press("End")
    back, step = page.get_by_test_id("back"), page.get_by_test_id("step")
    back.press("Enter")
    step.press("Enter")
    expect(step).to_be_disabled()
    expect(step).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("count")).to_have_text("6 of 6 terms")
    for key, at in (("ArrowLeft", 5), ("Home", 0), ("ArrowRight", 1), ("End", 6)):
        page.keyboard.press(key)
        expect(page.get_by_test_id("count")).to_have_text(f"{at} of 6 terms")
        expect(step).to_be_focused()


def test_playing_goes_through_all_terms_and_can_be_paused(open_page: Open):
    page = opened(open_page, WEIGHTED)
    page.get_by_role("slider").press("Home")
    page.clock.install()  # from here on it is the test that lets time pass
    page.get_by_test_id("play").click()
    page.clock.run_for(2_400)  # two beats and a frame
    expect(page.get_by_test_id("play")).to_have_attribute("aria-label", "Pause")
    expect(page.get_by_test_id("count")).to_have_text("2 of 6 terms")
    page.get_by_test_id("play").click()
    page.clock.run_for(20_000)
    expect(page.get_by_test_id("count")).to_have_text("2 of 6 terms")
    page.get_by_test_id("speed").select_option("4")
    page.get_by_test_id("play").click()
    page.clock.run_for(2_000)
    expect(page.get_by_test_id("count")).to_have_text("6 of 6 terms")
    expect(page.get_by_test_id("play")).to_have_attribute("aria-label", "Play")


def test_the_order_changes_what_stands_in_between(open_page: Open):
    page = opened(open_page, WEIGHTED)
    page.get_by_role("slider").press("Home")
    page.get_by_test_id("order").select_option("size")
    page.get_by_test_id("step").click()
    expect(page.get_by_test_id("running-sum")).to_have_attribute("data-value", "0,0,15;0,0,20")
    page.get_by_test_id("order").select_option("columns")
    page.get_by_test_id("step").click()
    expect(page.get_by_test_id("running-sum")).to_have_attribute("data-value", "5,0,0;8,0,0")


def test_the_still_holds_every_step_and_torchs_number(open_page: Open):
    page = opened(open_page, WEIGHTED)
    page.get_by_test_id("ledger").locator("summary").click()
    expect(page.get_by_test_id("ledger").locator("li")).to_have_count(7)
    expect(page.get_by_test_id("ledger-1").locator(".lens-step-head")).to_have_text("1: 2·∂c11/∂b")
    expect(page.get_by_test_id("ledger-2").locator(".lens-step-head")).to_have_text("2: + (−1)·∂c12/∂b")
    expect(page.get_by_test_id("ledger-torch")).to_contain_text("PyTorch's b.grad")
    expect(page.get_by_test_id("ledger-torch").locator(".lens-cell")).to_have_text(["5", "8", "15", "8", "10", "20"])


# ── Editing ──────────────────────────────────────────────────────────────────────────────────────────────


def test_an_entry_is_edited_in_place_and_the_address_follows(open_page: Open):
    page = opened(open_page, WEIGHTED)
    type_into(page, "a-2-1", "1/3")
    settled(page, "a=1,2;1/3,4")
    expect(page.get_by_test_id("card-2-1")).to_have_attribute("data-value", "0.333333333333,0,0;4,0,0")
    expect(page.get_by_label("a row 2 column 1", exact=True)).to_have_value("1/3")
    expect(entry(page, "a-2-1")).to_be_focused()


def test_the_arrow_keys_move_between_the_cells_of_all_three_matrices(open_page: Open):
    page = opened(open_page, WEIGHTED)
    entry(page, "a-1-1").focus()
    for key, there in [
        ("ArrowRight", "a-1-2"), ("ArrowDown", "a-2-2"), ("ArrowRight", "b-2-1"), ("ArrowUp", "b-1-1"),
        ("ArrowLeft", "a-1-2"),
    ]:  # fmt: skip
        page.keyboard.press(key)
        expect(entry(page, there)).to_be_focused()


def test_an_entry_that_cannot_be_read_is_explained_and_everything_stays(open_page: Open):
    page = opened(open_page, WEIGHTED)
    type_into(page, "b-1-2", "2x")
    expect(page.locator(".lens-product .lens-error")).to_contain_text("b₁₂")
    expect(page.locator(".lens-product .lens-error mark")).to_have_text("x")
    expect(entry(page, "b-1-2")).to_have_value("2x")
    expect(entry(page, "b-1-2")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_test_id("total")).to_have_attribute("data-value", "5,8,15;8,10,20")
    assert "b=1,2,3;4,5,6" in unquote(page.url)
    type_into(page, "b-1-2", "7")
    expect(page.locator(".lens-product .lens-error")).to_have_count(0)
    settled(page, "b=1,7,3;4,5,6")


def test_a_size_is_changed_and_what_was_cut_off_comes_back(open_page: Open):
    page = opened(open_page, WEIGHTED)
    page.get_by_test_id("n-less").click()
    settled(page, "b=1,2;4,5&v=2,-1;1,3")
    expect(page.get_by_test_id("card-1-3")).to_have_count(0)
    expect(page.get_by_test_id("total")).to_have_attribute("data-value", "5,8;8,10")
    page.get_by_test_id("m-more").click()
    settled(page, "a=1,2;3,4;1,1")
    expect(page.get_by_test_id("card-3-2")).to_be_visible()
    page.get_by_test_id("n-more").click()
    settled(page, "b=1,2,3;4,5,6&v=2,-1,0;1,3,5;1,1,1")


def test_quick_presses_of_a_stepper_all_count(open_page: Open):
    page = opened(open_page, "/matmul")
    for pressed in range(1, 6):
        page.get_by_test_id("m-more").click()
        expect(page.get_by_test_id("size-m")).to_have_text(str(2 + pressed), timeout=100)
    expect(page.locator("[data-testid^=card-]")).to_have_count(7 * 3)
    expect(page.get_by_test_id("size-m")).to_have_text("7")
    settled(page, "a=1,2;3,4;1,1;1,1;1,1;1,1;1,1")


def test_a_link_whose_rows_differ_in_length_says_so_and_can_be_put_right(open_page: Open):
    page = opened(open_page, "/matmul?a=1,2;3&b=1,2,3;4,5,6&v=2,-1,0;1,3,5")
    expect(page.locator(".lens-product .lens-error")).to_contain_text("a Rows differ in length")
    expect(page.locator(".lens-product .lens-error mark")).to_have_text("3")
    expect(entry(page, "v-2-3")).to_have_value("5")
    expect(entry(page, "a-2-2")).to_have_value("")
    type_into(page, "a-2-2", "4")
    settled(page, "a=1,2;3,4")
    expect(page.locator(".lens-product .lens-error")).to_have_count(0)
    expect(page.get_by_test_id("total")).to_have_attribute("data-value", "5,8,15;8,10,20")


def test_a_link_with_too_large_a_matrix_says_so_and_shows_as_much_as_there_is_room_for(open_page: Open):
    page = opened(open_page, f"/matmul?a={NINE}&b=1,2,3;4,5,6")
    expect(page.locator(".lens-product .lens-error")).to_have_count(1)
    expect(page.locator(".lens-product .lens-error")).to_contain_text("a A matrix of 9×9 is more than 8×8")
    expect(entry(page, "a-8-8")).to_have_value("1")
    expect(entry(page, "b-2-3")).to_have_value("6")
    page.get_by_test_id("k-more").click()
    settled(page, "b=1,2,3;4,5,6;1,1,1")


def test_while_the_shapes_do_not_fit_c_is_dimmed_and_nothing_is_said_of_v(open_page: Open):
    page = opened(open_page, "/matmul?a=1,2,3&b=1;2", width=390)
    expect(page.locator(".lens-product .lens-error")).to_contain_text("b needs 3 rows")
    for part in (".lens-c", ".lens-sum-card", ".lens-gallery-of-c"):
        assert page.locator(part).evaluate("e => Number(getComputedStyle(e).opacity)") < 0.6
    expect(page.get_by_test_id("induced")).to_be_hidden()
    page.get_by_test_id("k-more").click()
    settled(page, "a=1,2,3&b=1;2;1")
    expect(page.locator(".lens-c")).to_have_css("opacity", "1")
    expect(page.get_by_test_id("induced")).to_be_visible()
    expect(page.get_by_test_id("count")).to_have_text("1 of 1 term")


def test_a_matrix_is_pasted_into_a_cell(open_page: Open):
    page = opened(open_page, WEIGHTED)
    to_clipboard(page, "b-1-2", "20\t30\r\n50\t60\r\n")
    settled(page, "b=1,20,30;4,50,60")
    expect(entry(page, "b-2-3")).to_have_value("60")
    expect(page.get_by_test_id("c-1-3")).to_have_text("150")


def test_a_matrix_is_pasted_as_text_of_numpy_and_a_bad_one_is_explained(open_page: Open):
    page = opened(open_page, WEIGHTED)
    page.get_by_test_id("paste-open").click()
    page.get_by_test_id("paste-text").fill("np.array([[1, 2, 3],\n          [4, 5, y]])")
    page.get_by_test_id("paste-a").click()
    expect(page.locator(".lens-product .lens-error mark")).to_have_text("y")
    expect(entry(page, "a-2-2")).to_have_value("4")
    page.get_by_test_id("paste-text").fill("np.array([[1, 2, 3],\n          [4, 5, 6]])")
    page.get_by_test_id("paste-a").click()
    settled(page, "a=1,2,3;4,5,6")
    expect(page.locator(".lens-product .lens-error")).to_have_count(0)
    expect(entry(page, "b-3-1")).to_have_value("1")


def test_random_integers_come_from_a_seed(open_page: Open):
    page = opened(open_page, WEIGHTED)
    page.get_by_test_id("seed").fill("7")
    page.get_by_test_id("random").click()
    page.wait_for_function("() => !location.search.includes('a=1,2;3,4')")
    first = page.url
    expect(page.get_by_test_id("seed")).to_have_value("8")
    page.get_by_test_id("random").click()
    page.wait_for_function("first => location.href !== first", arg=first)
    page.get_by_test_id("seed").fill("7")
    page.get_by_test_id("random").click()
    page.wait_for_function("first => location.href === first", arg=first)


def test_v_from_presets_and_from_a_loss_that_follows_c(open_page: Open):
    page = opened(open_page, WEIGHTED)
    page.get_by_test_id("c-2-3").click()
    page.get_by_test_id("v-one-hot").click()
    settled(page, "v=0,0,0;0,0,1")
    expect(page.get_by_test_id("total")).to_have_attribute("data-value", "0,0,3;0,0,4")
    page.get_by_test_id("loss").select_option("half_squares")
    settled(page, "v=9,12,15;19,26,33")
    expect(page.get_by_test_id("induced")).to_contain_text("(c**2).sum()/2")
    type_into(page, "a-1-1", "0")
    settled(page, "v=8,10,12;19,26,33")
    type_into(page, "v-1-1", "5")
    settled(page, "v=5,10,12;19,26,33")
    expect(page.get_by_test_id("loss")).to_have_value("")


def test_the_gradient_with_respect_to_a(open_page: Open):
    page = opened(open_page, WEIGHTED)
    page.get_by_test_id("wrt-a").click()
    settled(page, "wrt=a")
    expect(page.locator("h1")).to_contain_text("a.grad")
    expect(page.get_by_test_id("total")).to_have_attribute("data-value", "0,3;22,49")
    expect(page.get_by_test_id("card-1-2")).to_have_attribute("data-value", "-2,-5;0,0")
    page.get_by_test_id("sum-1-2").click()
    expect(page.get_by_test_id("feeds")).to_contain_text("row 2 of b, which is column 2 of bᵀ")


# ── The Jacobian, and the largest size ───────────────────────────────────────────────────────────────────


def test_an_entry_of_the_jacobian_and_of_the_small_matrix_light_up_together(open_page: Open):
    page = opened(open_page, WEIGHTED)
    page.get_by_test_id("card-2-1").click()
    page.get_by_test_id("unflattened").locator(".lens-cell").nth(3).hover()
    expect(page.get_by_test_id("jacobian-told")).to_contain_text("=4")
    ring = page.locator(".lens-vec-ring")
    expect(ring).to_be_visible()
    assert ring.evaluate("e => [e.style.getPropertyValue('--row'), e.style.getPropertyValue('--column')]") == ["3", "3"]
    expect(entry(page, "b-2-1").locator("..")).to_have_class(re.compile("lens-lit"))
    page.get_by_test_id("jacobian-grid").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_test_id("unflattened").locator(".lens-lit")).to_have_text("0")


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("path", ["/matmul", "/matmul?a=1/3,-2.5;3,4", LONG, f"{LONG}&wrt=a"])
def test_the_labels_of_the_jacobian_stand_beside_their_rows_and_above_their_columns(
    open_page: Open, still: Still, path: str, width: int
):
    page = opened(open_page, path, width=width)
    still(page)
    labels = boxes(page.locator(".lens-vec > .lens-symbol"))
    columns = len(labels) - 6  # beside the six of c
    middle = [((box["left"] + box["right"]) / 2, (box["top"] + box["bottom"]) / 2) for box in labels]
    cells = page.locator(".lens-vec-cell")
    places = cells.evaluate_all("all => all.map(e => [e.style.gridRowStart, e.style.gridColumnStart].map(Number))")
    for (row, column), box in zip(places, boxes(cells), strict=True):
        assert abs((box["left"] + box["right"]) / 2 - middle[column - 1][0]) < 2
        assert abs((box["top"] + box["bottom"]) / 2 - middle[columns + row - 1][1]) < 2
    written = boxes(page.locator(".lens-vec-cell > span"))
    for inner, outer in zip(written, boxes(cells), strict=True):
        assert inner["width"] <= outer["width"]
        assert inner["height"] <= outer["height"]
    (band,) = boxes(page.locator(".lens-vec-band"))
    assert abs((band["top"] + band["bottom"]) / 2 - middle[columns + 3][1]) < 2  # c21 is selected
    cells.last.evaluate("e => e.scrollIntoView({ block: 'center', inline: 'center' })")
    cells.last.hover(force=True)  # the field around it listens
    expect(page.get_by_test_id("jacobian-told")).to_contain_text("J{},{}=".format(*places[-1]))


@pytest.mark.parametrize("width", [1440, 390])
def test_at_the_largest_size_every_card_can_be_reached(open_page: Open, width: int):
    page = opened(open_page, LARGEST, width=width)
    expect(page.locator("[data-testid^=card-]")).to_have_count(64)
    for i, j in [(1, 1), (5, 8), (8, 8)]:
        card = page.get_by_test_id(f"card-{i}-{j}")
        card.scroll_into_view_if_needed()
        expect(card).to_be_visible()
        card.click()
        expect(page.get_by_test_id(f"c-{i}-{j}")).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_test_id("enlarged").locator(".lens-cell")).to_have_count(64)
    page.get_by_test_id("full").click()
    expect(page.get_by_test_id("card-8-8").locator(".lens-cell")).to_have_count(64)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_chinese_on_a_phone_in_the_dark(open_page: Open):
    page = opened(open_page, "/matmul", width=390, locale="zh-CN", dark=True)
    expect(page.get_by_test_id("sum-card")).to_contain_text("累加和")
    expect(page.get_by_label("a 第 2 行第 1 列", exact=True)).to_have_value("3")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_who_wants_no_motion_finds_all_steps_open(open_page: Open, browser, server: str):
    context = browser.new_context(reduced_motion="reduce", locale="en-US")
    page = context.new_page()
    page.goto(server + "/matmul")
    expect(page.get_by_test_id("ledger-6")).to_be_visible()
    context.close()


def test_what_the_reader_looks_at_survives_a_visit_to_another_page(open_page: Open):
    page = opened(open_page, WEIGHTED)
    page.get_by_role("slider").press("End")
    page.get_by_role("link", name="Chain rule").click()
    settled(page, "/chain")
    page.get_by_role("link", name="Matrix product").click()
    expect(page.get_by_test_id("running-sum")).to_have_attribute("data-value", "5,8,15;8,10,20")
    expect(page.get_by_test_id("count")).to_have_text("6 of 6 terms")


def test_the_line_of_the_running_sum_that_a_term_has_changed_shows_its_hue(open_page: Open):
    page = opened(open_page, WEIGHTED)
    page.get_by_test_id("scrubber").focus()
    page.keyboard.press("Home")
    page.get_by_test_id("step").click()
    ground = "e => getComputedStyle(e).backgroundColor"
    cells = page.get_by_test_id("running-sum").locator(".lens-pick")
    seen = [cell.evaluate(ground) for cell in cells.all()]
    hues = {colour for colour in seen if not colour.endswith((", 0)", "/ 0)"))}
    assert len(hues) == 1, seen
    assert seen.count(*hues) < len(seen), "only the line that has changed"


STOPS = """() => [...document.querySelector('.lens-product')
  .querySelectorAll('button, input, select, summary, [tabindex]')]
  .filter(e => e.tabIndex >= 0 && e.checkVisibility()).length"""


@pytest.mark.parametrize("path", [WEIGHTED, LARGEST])
def test_a_grid_is_one_stop_of_the_tab_key_and_arrows_move_inside(open_page: Open, path: str):
    page = opened(open_page, path)
    assert page.evaluate(STOPS) < 40
    page.get_by_test_id("card-1-1").focus()
    for key, there in [("ArrowRight", "card-1-2"), ("ArrowDown", "card-2-2"), ("Home", "card-2-1")]:
        page.keyboard.press(key)
        expect(page.get_by_test_id(there)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("card-2-1")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_test_id("card-2-1")).to_be_focused()


@pytest.mark.parametrize(("path", "least"), [(WEIGHTED, 44), (LARGEST, 24)])
def test_on_a_phone_everything_is_large_enough_for_a_finger(open_page: Open, still: Still, path: str, least: int):
    page = opened(open_page, path, width=390)
    still(page)
    targets = page.locator(".lens-product :is(button, select, input:not(.lens-scrubber))")
    small = [box for box in boxes(targets) if box["width"] and min(box["width"], box["height"]) < least - 0.5]
    assert small == []
