// Not yet.
export default function Page() { return <div class="page"><h1>placements</h1></div>; }
