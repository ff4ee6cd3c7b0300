"""PlateGraph from Python 3.8 or newer, by the standard library alone."""

import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid

RECOGNIZE = """mutation Recognize($image: Upload!, $options: RecognizeOptions) {
  recognizeUpload(image: $image, options: $options) {
    reused
    request { id status }
    recognitions { id plateNumber color type confidence boundingBox { left top right bottom } }
  }
}"""

READINGS = """query Readings($filter: PlateRecognitionFilter, $first: Int, $after: String) {
  plateRecognitions(filter: $filter, first: $first, after: $after) {
    nodes { id plateNumber confidence capturedAt }
    pageInfo { endCursor hasNextPage }
  }
}"""


class PlateGraphError(Exception):
    """`code` is one of the README's, or NETWORK_ERROR where no answer of the server came."""

    def __init__(self, message, code, retryable=False, retry_after_seconds=None, request_id=None):
        super().__init__(f"{code}: {message}")
        self.code = code
        self.retryable = retryable
        self.retry_after_seconds = retry_after_seconds
        self.request_id = request_id


class PlateGraph:
    """`key` is an API key; None where anonymous callers are let in."""

    def __init__(self, url="http://127.0.0.1:4000/graphql", key=None, timeout=60, attempts=4):
        self.url = url
        self.key = key
        self.timeout = timeout
        self.attempts = attempts

    def recognize(self, photo, **options):
        """Reads the plates in a photo, given as bytes. Repeated calls are billed once: the idempotency key is made here, once."""
        options.setdefault("idempotencyKey", str(uuid.uuid4()))
        operations = {"query": RECOGNIZE, "variables": {"image": None, "options": options}}
        boundary = uuid.uuid4().hex
        fields = [("operations", json.dumps(operations)), ("map", '{"photo": ["variables.image"]}')]
        body = b"".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields
        )
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="photo"; filename="photo.jpg"\r\n\r\n'.encode()
        body += photo + f"\r\n--{boundary}--\r\n".encode()
        # A page of another site could send a form, but not the header; without it the server refuses forms.
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Apollo-Require-Preflight": "true"}
        return self._retrying(body, headers)["recognizeUpload"]

    def readings(self, filter=None, page_size=100):
        """Every reading that the filter matches, in pages that are fetched while they are consumed."""
        after = None
        while True:
            variables = {"filter": filter, "first": page_size, "after": after}
            page = self.query(READINGS, variables)["plateRecognitions"]
            yield from page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    def query(self, query, variables=None):
        """For queries, which can be repeated. A mutation is safe to repeat when it has an idempotency key."""
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        return self._retrying(body, {"Content-Type": "application/json"})

    def _retrying(self, body, headers):
        for attempt in range(self.attempts):
            try:
                return self._send(body, headers)
            except PlateGraphError as error:
                if not error.retryable or attempt + 1 == self.attempts:
                    raise
                time.sleep(error.retry_after_seconds or 2**attempt)

    def _send(self, body, headers):
        if self.key is not None:
            headers = {**headers, "Authorization": f"Bearer {self.key}"}
        request = urllib.request.Request(self.url, data=body, headers=headers)
        try:
            try:
                with urllib.request.urlopen(request, timeout=self.timeout) as response:
                    answer = json.load(response)
            except urllib.error.HTTPError as error:
                # Refused before it ran, such as 401 or 429; the body says why, in the same form.
                answer = json.load(error)
        except (OSError, ValueError) as error:
            raise PlateGraphError(str(error), "NETWORK_ERROR", retryable=True) from error
        for fault in answer.get("errors", []):
            more = fault.get("extensions", {})
            raise PlateGraphError(
                fault["message"],
                more.get("code"),
                more.get("retryable", False),
                more.get("retryAfterSeconds"),
                more.get("requestId"),
            )
        return answer["data"]


if __name__ == "__main__":
    server = PlateGraph(
        os.environ.get("PLATEGRAPH_URL", "http://127.0.0.1:4000/graphql"), os.environ.get("PLATEGRAPH_KEY")
    )
    for path in sys.argv[1:]:
        with open(path, "rb") as file:
            for reading in server.recognize(file.read(), externalReference=path)["recognitions"]:
                print(path, reading["plateNumber"], reading["confidence"])
