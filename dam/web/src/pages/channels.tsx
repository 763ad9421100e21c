// Not yet.
export default function Page() { return <div class="page"><h1>channels</h1></div>; }
