// Taking an array buffer away from those who hold views of it: they become empty.

let controller, reader;

// Node 20 has no ArrayBuffer.prototype.transfer, and structuredClone() copies memory that
// is not the engine's. A byte stream takes over the buffers that it is given (Streams
// standard, TransferArrayBuffer), at once.
function throughAStream(buffer) {
    if (reader === undefined) {
        const start = (its) => {
            controller = its;
        };
        reader = new ReadableStream({ type: 'bytes', start }).getReader();
    }
    controller.enqueue(new Uint8Array(buffer));
    reader.read();
}

export const detach =
    typeof ArrayBuffer.prototype.transfer === 'function'
        ? (buffer) => {
              buffer.transfer(0);
          }
        : throughAStream;
