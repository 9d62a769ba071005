// Server-sent events out of a fetch, which alone can carry our header.

/** Calls `each` with the parsed data and the id of every event, until the stream ends; throws where it breaks. */
export async function readEvents(stream, each) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value.replaceAll("\r\n", "\n")).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) read(block, each);
  }
}

function read(block, each) {
  let id = "";
  const data = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("id:")) id = line.slice(3).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).trimStart());
  }
  if (data.length) each(JSON.parse(data.join("\n")), id);
}
