"""v is changed by hand, and everything that depends on it moves with it; the server hears of it on release."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

Still = Callable[[Page], None]
READY = '[data-testid="stApp"][data-test-script-state="notRunning"][data-test-connection-state="CONNECTED"]'

SMALL = "/vjp?f=2*x1%2Bx2^2;x1^2%2B2*x2^3&at=x1:1,x2:2&v=2,1"
J = ((2, 4), (2, 24))
LARGE = (
    "/vjp?f="
    + ";".join("%2B".join(f"{i * j % 7 + 1}*x{j}" for j in range(1, 9)) for i in range(1, 9))
    + "&at="
    + ",".join(f"x{j}:{j}" for j in range(1, 9))
    + "&v=1,2,-1,0,0.5,-2,3,1"
)
MESSAGES = """() => {
  window.messages = 0
  const send = WebSocket.prototype.send
  WebSocket.prototype.send = function (...message) { window.messages++; return send.apply(this, message) }
}"""
# In every frame, after the page has been painted: v1 of the handle, of its row, of its term, and the sum.
FRAMES = """() => {
  window.frames = []
  const text = element => Number(element.textContent.replace('−', '-'))
  const look = () => {
    frames.push([
      Number(document.querySelector('[role=slider]').getAttribute('aria-valuenow')),
      Number(document.querySelector('[data-testid=row-1]').dataset.weight),
      text(document.querySelector('.lens-term .lens-factor')),
      ...document.querySelector('[data-testid=total]').dataset.value.split(',').map(Number),
    ])
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}"""


@pytest.fixture
def stage(open_page: Callable[..., Page]) -> Callable[..., Page]:
    """``stage(SMALL, …)``: a page whose stage and sliders have started."""

    def stage(path: str = SMALL, **options: object) -> Page:
        page = open_page(path, **options)
        for part in ("stage", "weights"):
            page.locator(f".lens-{part}.lens-ready").wait_for()
        return page

    return stage


@pytest.fixture
def phone(browser: Browser, server: str) -> Iterator[Page]:
    """A page that is touched."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, locale="en-US")
    page = context.new_page()
    page.goto(server + SMALL)
    page.locator(".lens-weights.lens-ready").wait_for()
    page.locator(".lens-stage.lens-ready").wait_for()
    yield page
    context.close()


def handle(page: Page, i: int = 1) -> Locator:
    return page.get_by_role("slider", name=f"v{i}", exact=True)


def centre(element: Locator) -> tuple[float, float]:
    element.scroll_into_view_if_needed()
    box = element.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, element: Locator, dx: float, dy: float = 0, release: bool = True) -> None:
    x, y = centre(element)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx, y + dy, steps=8)
    if release:
        page.mouse.up()


def vjp(*v: float) -> str:
    """vᵀJ of SMALL as the page writes it for machines."""
    sums = [sum(weight * row[j] for weight, row in zip(v, J, strict=True)) for j in range(2)]
    return ",".join(f"{total:.10g}" for total in sums)


def total(page: Page) -> Locator:
    return page.get_by_test_id("total")


def test_the_default_page_shows_v_J_and_their_product(stage: Callable[..., Page]) -> None:
    page = stage("/vjp")
    expect(total(page)).to_have_attribute("data-value", "6,32")
    expect(page.get_by_test_id("row-2")).to_have_attribute("data-weight", "1")
    expect(handle(page)).to_have_attribute("aria-valuenow", "2")


def test_while_a_handle_is_dragged_all_moves_in_the_same_frame_and_the_server_hears_nothing(
    stage: Callable[..., Page],
) -> None:
    page = stage()
    page.evaluate(MESSAGES)
    page.evaluate(FRAMES)
    drag(page, handle(page), 60, release=False)
    drag_frames = [tuple(frame) for frame in page.evaluate("frames")]
    assert len({frame[0] for frame in drag_frames}) > 2
    for v1, row, term, first, second in drag_frames:
        assert row == term == v1
        assert f"{first:.10g},{second:.10g}" == vjp(v1, 1)
    assert page.evaluate("messages") == 0
    page.mouse.up()
    expect(page).to_have_url(re.compile(rf"v={handle(page).get_attribute('aria-valuenow')},1"))
    assert page.evaluate("messages") == 1


def test_on_release_torch_answers_for_the_new_v(stage: Callable[..., Page]) -> None:
    page = stage()
    drag(page, handle(page, 2), -400)
    expect(handle(page, 2)).to_have_attribute("aria-valuenow", "-3")
    expect(total(page)).to_have_attribute("data-value", vjp(2, -3))
    expect(page.get_by_text("tensor([ -2., -64.]").first).to_be_visible()


def test_two_quick_drags_both_count(stage: Callable[..., Page]) -> None:
    page = stage()
    drag(page, handle(page, 1), 400)
    drag(page, handle(page, 2), -400)
    expect(page).to_have_url(re.compile(r"v=3,-3"))
    expect(total(page)).to_have_attribute("data-value", vjp(3, -3))
    expect(page.get_by_text("tensor([  0., -60.]").first).to_be_visible()  # the last answer is there
    page.locator(READY).wait_for()
    expect(total(page)).to_have_attribute("data-value", vjp(3, -3))


@pytest.mark.parametrize(
    ("key", "v1"),
    [
        ("ArrowRight", "2.1"),
        ("ArrowUp", "2.1"),
        ("ArrowLeft", "1.9"),
        ("Shift+ArrowDown", "1"),
        ("PageUp", "3"),
        ("Home", "-3"),
        ("End", "3"),
        ("0", "0"),
        ("1", "1"),
        ("-", "-2"),
    ],
)
def test_a_key_changes_the_weight_that_has_the_focus(stage: Callable[..., Page], key: str, v1: str) -> None:
    page = stage()
    handle(page).focus()
    page.keyboard.press(key)
    expect(handle(page)).to_have_attribute("aria-valuenow", v1)
    expect(total(page)).to_have_attribute("data-value", vjp(float(v1), 1))
    expect(page).not_to_have_url(re.compile("v=2,1"))  # ones are the default, and not written


def swipe(page: Page, x: float, y: float, dx: float, dy: float) -> None:
    """A finger that comes down, goes in forty steps, and is lifted."""
    touch = page.context.new_cdp_session(page)
    for kind, points in (
        ("touchStart", [(x, y)]),
        *(("touchMove", [(x + dx * k / 40, y + dy * k / 40)]) for k in range(1, 41)),
        ("touchEnd", []),
    ):
        points_ = [{"x": px, "y": py} for px, py in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points_})


def test_a_handle_is_dragged_by_touch(phone: Page) -> None:
    x, y = centre(handle(phone))
    phone.evaluate(MESSAGES)
    swipe(phone, x, y, -400, 0)
    expect(handle(phone)).to_have_attribute("aria-valuenow", "-3")
    expect(total(phone)).to_have_attribute("data-value", vjp(-3, 1))
    expect(phone).to_have_url(re.compile(r"v=-3,1"))
    assert phone.evaluate("messages") == 1


def rail(page: Page) -> tuple[float, float]:
    """A point on the track of v1 that is far from its handle."""
    track = page.locator(".lens-track").first
    centre(track)
    box = track.bounding_box()
    assert box
    return box["x"] + 12, box["y"] + box["height"] / 2


def test_a_finger_that_scrolls_over_a_rail_changes_no_weight(phone: Page) -> None:
    phone.evaluate(MESSAGES)
    phone.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")
    swipe(phone, *rail(phone), 3, -300)
    phone.wait_for_function("document.querySelector('[data-testid=stMain]').scrollTop > 100")
    expect(handle(phone)).to_have_attribute("aria-valuenow", "2")
    expect(total(phone)).to_have_attribute("data-value", vjp(2, 1))
    assert phone.evaluate("messages") == 0


def test_a_finger_on_a_rail_that_goes_along_it_or_is_lifted_there_means_a_weight(phone: Page) -> None:
    x, y = rail(phone)
    swipe(phone, x, y, 0, 0)
    expect(phone).to_have_url(re.compile(r"v=-2\.[5-9],1"))
    swipe(phone, x, y, 400, 0)
    expect(phone).to_have_url(re.compile(r"v=3,1"))


@pytest.mark.parametrize("where", [".lens-v .lens-cell", ".lens-number"])
def test_a_number_is_dragged_up_and_down(stage: Callable[..., Page], where: str) -> None:
    page = stage()
    drag(page, page.locator(where).nth(1), 0, -600)
    expect(handle(page, 2)).to_have_attribute("aria-valuenow", "3")
    drag(page, page.locator(where).nth(1), 0, 600)
    expect(handle(page, 2)).to_have_attribute("aria-valuenow", "-3")
    expect(total(page)).to_have_attribute("data-value", vjp(2, -3))


def test_a_handle_taken_upwards_grows_its_weight(stage: Callable[..., Page]) -> None:
    page = stage()
    drag(page, handle(page, 2), 0, -300)
    expect(handle(page, 2)).to_have_attribute("aria-valuenow", "3")


def test_a_typed_constant_is_read_exactly(stage: Callable[..., Page]) -> None:
    page = stage()
    field = page.get_by_label("Number v1", exact=True)
    field.click()
    field.fill("pi/4")
    field.press("Enter")
    expect(page).to_have_url(re.compile("v=pi/4,1"))
    expect(page.locator(".lens-v .lens-cell").first.locator(".mfrac")).to_be_visible()
    expect(handle(page)).to_have_attribute("aria-valuetext", "pi/4 = 0.7854")


def test_a_large_typed_weight_widens_every_track(stage: Callable[..., Page]) -> None:
    page = stage()
    field = page.get_by_label("Number v2", exact=True)
    field.click()
    field.fill("-7.25")
    field.press("Enter")
    expect(handle(page, 2)).to_have_attribute("aria-valuenow", "-7.25")
    expect(handle(page, 1)).to_have_attribute("aria-valuemax", "10")
    expect(total(page)).to_have_attribute("data-value", vjp(2, -7.25))


def test_a_text_that_is_no_number_is_explained_and_the_last_value_stays(stage: Callable[..., Page]) -> None:
    page = stage()
    field = page.get_by_label("Number v1", exact=True)
    field.click()
    field.fill("2*")
    field.press("Enter")
    expect(page.get_by_role("alert").last).to_be_visible()
    expect(field).to_have_value("2*")
    expect(field).to_have_attribute("aria-invalid", "")
    expect(total(page)).to_have_attribute("data-value", "6,32")


def test_a_vector_to_try_is_one_click_away(stage: Callable[..., Page]) -> None:
    page = stage()
    page.get_by_role("button", name="(0,1)").click()
    expect(total(page)).to_have_attribute("data-value", "2,24")
    expect(page).to_have_url(re.compile("v=0,1"))


def test_back_brings_back_the_former_v(stage: Callable[..., Page]) -> None:
    page = stage()
    drag(page, handle(page), 400)
    expect(page).to_have_url(re.compile("v=3,1"))
    page.go_back()
    expect(handle(page)).to_have_attribute("aria-valuenow", "2")
    expect(total(page)).to_have_attribute("data-value", "6,32")


def test_a_reload_and_another_page_keep_v(stage: Callable[..., Page]) -> None:
    page = stage()
    drag(page, handle(page), 400)
    expect(page).to_have_url(re.compile("v=3,1"))
    page.reload()
    expect(total(page)).to_have_attribute("data-value", vjp(3, 1))
    page.get_by_role("link", name="Home").click()
    expect(total(page)).to_have_count(0)
    page.get_by_role("link", name="vᵀJ", exact=True).click()
    expect(total(page)).to_have_attribute("data-value", vjp(3, 1))
    expect(handle(page)).to_have_attribute("aria-valuenow", "3")


def test_a_weight_of_zero_fades_its_row_and_a_negative_one_is_hatched(stage: Callable[..., Page]) -> None:
    page = stage(SMALL.replace("v=2,1", "v=0,-1"))
    expect(page.get_by_test_id("row-1")).to_have_class(re.compile("lens-zero"))
    expect(page.get_by_test_id("row-2")).to_have_class(re.compile("lens-negative"))
    expect(page.locator(".lens-term .lens-sign").nth(1)).to_have_text("−")


def test_pointing_at_an_entry_tells_its_derivative_and_lights_its_row(stage: Callable[..., Page]) -> None:
    page = stage()
    page.get_by_test_id("row-2").locator(".lens-cell").nth(1).hover()
    readout = page.locator(".lens-readout")
    expect(readout).to_contain_text("24")
    expect(readout.locator(".mfrac")).to_be_visible()
    for part in ('[data-testid="row-2"]', ".lens-v .lens-cell >> nth=1", ".lens-term >> nth=1"):
        expect(page.locator(part)).to_have_class(re.compile("lens-lit"))
    expect(page.locator(".st-key-vjp-y-1")).to_have_attribute("data-lens-lit", "")
    assert page.evaluate(BUS + ".then(bus => bus.state.lit)") == {"row": 1, "column": 1}


def test_the_entries_are_walked_through_with_the_arrow_keys(stage: Callable[..., Page]) -> None:
    page = stage()
    page.get_by_test_id("row-1").locator(".lens-cell").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("cell", name="∂y2/∂x2 = 6*x2^2 = 24")).to_be_focused()


def test_the_form_of_J_is_kept_when_v_changes_and_when_the_page_is_opened_again(stage: Callable[..., Page]) -> None:
    page = stage()
    page.get_by_role("button", name="At the point").click()
    cell = page.get_by_test_id("row-2").locator(".lens-cell").nth(1)
    expect(cell).to_have_text("24")
    page.get_by_role("button", name="(1,0)").click()
    expect(page).to_have_url(re.compile("v=1,0"))
    page.reload()
    expect(cell).to_have_text("24")


BUS = "import(self.lens.script).then(all => all['kit/bus'].channel('vjp'))"


def test_a_page_that_is_left_takes_its_listeners_with_it(stage: Callable[..., Page], still: Still) -> None:
    leave_and_return(stage(), 4, still)


@pytest.mark.slow
def test_a_hundred_changes_of_the_page_leave_no_listener_behind(stage: Callable[..., Page], still: Still) -> None:
    leave_and_return(stage(), 100, still)


def leave_and_return(page: Page, times: int, still: Still) -> None:
    at_first = page.evaluate(BUS + ".then(bus => bus.listeners)")
    assert at_first >= 2
    for _ in range(times):
        page.get_by_role("link", name="Home").click()
        expect(total(page)).to_have_count(0)
        assert page.evaluate(BUS + ".then(bus => bus.listeners)") == 0
        page.get_by_role("link", name="vᵀJ", exact=True).click()
        expect(total(page)).to_have_attribute("data-value", "6,32")
    page.wait_for_function(f"{BUS}.then(bus => bus.listeners === {at_first})")
    still(page)
    assert page.evaluate(BUS + ".then(bus => bus.listeners)") == at_first


def test_two_tabs_of_one_browser_do_not_mix(stage: Callable[..., Page]) -> None:
    one = stage()
    two = one.context.new_page()
    two.goto(one.url.replace("v=2,1", "v=0,1"))
    two.locator(".lens-weights.lens-ready").wait_for()
    expect(total(two)).to_have_attribute("data-value", "2,24")
    drag(one, handle(one), 400)
    expect(one).to_have_url(re.compile("v=3,1"))
    expect(total(two)).to_have_attribute("data-value", "2,24")
    drag(two, handle(two, 2), 400)
    expect(two).to_have_url(re.compile("v=0,3"))
    expect(total(one)).to_have_attribute("data-value", vjp(3, 1))


def test_without_the_components_there_are_equations_and_fields(browser: Browser, server: str) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
    context.route("**/lens/script.*.js", lambda route: route.abort())
    page = context.new_page()
    page.goto(server + SMALL)
    equation = page.locator(".st-key-vjp-stage-plain .katex-display").last
    expect(equation).to_be_visible(timeout=20_000)
    expect(equation).to_contain_text("32")
    field = page.locator(".st-key-vjp-weights-plain input").first
    field.fill("1")
    field.press("Enter")
    expect(equation).to_contain_text("28")
    context.close()


def test_with_the_components_the_plain_form_is_not_seen(stage: Callable[..., Page]) -> None:
    page = stage()
    for part in ("stage", "weights"):
        expect(page.locator(f".st-key-vjp-{part}-plain")).to_be_hidden()


@pytest.mark.parametrize(("path", "width"), [(SMALL, 390), (LARGE, 390), (LARGE, 1440)])
def test_no_size_makes_the_page_scroll_sideways(stage: Callable[..., Page], path: str, width: int) -> None:
    page = stage(path, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    size = page.locator(".lens-board").evaluate("board => parseFloat(getComputedStyle(board).fontSize)")
    assert size >= 15


def test_an_infinite_sum_stays_infinite_while_v_moves(open_page: Callable[..., Page]) -> None:
    page = open_page("/vjp?f=sqrt(x1);x2&at=x1:0,x2:1&v=1,1&lang=en")
    total = page.get_by_test_id("total")
    expect(total).to_have_attribute("data-value", "inf,1")  # as the server has it
    page.evaluate("() => { WebSocket.prototype.send = () => {} }")  # what follows is the browser's own answer
    page.get_by_role("slider", name="v2").focus()
    page.keyboard.press("ArrowUp")
    expect(total).to_have_attribute("data-value", "inf,1.1")
