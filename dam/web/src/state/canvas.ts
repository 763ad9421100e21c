// What is behind pictures that are judged: white, grey or black; remembered.
import { signal } from "@preact/signals";

export const CANVASES = ["white", "grey", "black"] as const;
export type Canvas = (typeof CANVASES)[number];

const CHOICE = "dam.canvas";
const chosen = localStorage.getItem(CHOICE);

export const canvas = signal<Canvas>(CANVASES.find((each) => each === chosen) ?? "grey");

export function chooseCanvas(wanted: Canvas): void {
  localStorage.setItem(CHOICE, wanted);
  canvas.value = wanted;
}
