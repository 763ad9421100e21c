// Not yet.
export default function Page() { return <div class="page"><h1>rollouts</h1></div>; }
