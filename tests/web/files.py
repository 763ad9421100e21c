"""Files as a person gives them: chosen, or dropped.

Rule: what a page can't tell from a hand. Names, sizes and bytes are a test's own.
"""

from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Page


def drop_paths(page: Page, *paths: Path) -> None:
    """As a hand does it, from the machine's folders into the middle of the window: a folder comes with all it has."""
    devtools = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(each) for each in paths], "dragOperationsMask": 1}
    for type_ in ("dragEnter", "dragOver", "drop"):
        devtools.send("Input.dispatchDragEvent", {"type": type_, "x": 400, "y": 400, "data": data})
    devtools.detach()


_DROP = """([selector, files]) => {
    const data = new DataTransfer()
    for (const [name, type, text] of files) {
        const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0))
        data.items.add(new File([bytes], name, {type, lastModified: 1_800_000_000_000}))
    }
    const element = document.querySelector(selector)
    for (const type of ['dragenter', 'dragover', 'drop'])
        element.dispatchEvent(new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: data}))
}"""
_TYPES = {".png": "image/png", ".txt": "text/plain"}


def choose(page: Page, *paths: Path) -> None:
    """By the button in the shell's bar, as by its dialog."""
    page.get_by_label("Choose files to upload").set_input_files([str(each) for each in paths])


def drop(page: Page, files: Mapping[str, bytes], onto: str = "main") -> None:
    """Drag files over the first element that the selector names, and let go."""
    named = [[name, _TYPES.get(Path(name).suffix, ""), b64encode(data).decode()] for name, data in files.items()]
    page.evaluate(_DROP, [onto, named])
