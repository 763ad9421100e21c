// Files on their way, in a corner of every page; and the whole window takes what is dropped. Begun.
export function Uploads() { return null; }
