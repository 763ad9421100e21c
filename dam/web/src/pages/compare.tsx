// Not yet.
export default function Page() { return <div class="page"><h1>compare</h1></div>; }
