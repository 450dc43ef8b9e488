// Search without a server. Browsers start no worker from a file, so there it runs in a hidden frame.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      const source = new URL(url, document.baseURI).href;
      const frame = document.createElement("iframe");
      frame.hidden = true;
      // Inside, what the worker posts goes to the page; its answers come back as events of this object.
      frame.srcdoc =
        "<script>window.postMessage = (data) => frameElement.answer(data);</script>" +
        `<script src="${source}"></script>`;
      frame.answer = (data) => {
        const event = new MessageEvent("message", { data });
        this.dispatchEvent(event);
        if (this.onmessage) this.onmessage(event);
      };
      this.frame = frame;
      this.ready = new Promise((resolve) => frame.addEventListener("load", resolve));
      const attach = () => document.body.append(frame);
      if (document.body) attach();
      else document.addEventListener("DOMContentLoaded", attach);
    }

    postMessage(data) {
      this.ready.then(() => {
        this.frame.contentWindow.dispatchEvent(new MessageEvent("message", { data }));
      });
    }

    terminate() {
      this.frame.remove();
    }
  };
}
