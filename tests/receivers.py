"""Receivers of notices on this machine: a webhook and as much of a mail server as one mail after another needs."""

from __future__ import annotations

import json
import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


class Receivers:
    """A webhook and a mail server on free loopback ports, and what they were sent."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.mails: list[EmailMessage] = []
        posts, mails = self.posts, self.mails

        class Hook(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                posts.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(500 if self.path == "/broken" else 200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        class Smtp(socketserver.StreamRequestHandler):
            """As much of SMTP as one mail after another needs."""

            def handle(self) -> None:
                self.wfile.write(b"220 test\r\n")
                while line := self.rfile.readline():
                    word = line.split()[0].upper()
                    if word == b"DATA":
                        self.wfile.write(b"354 go on\r\n")
                        data = b""
                        while (part := self.rfile.readline()) != b".\r\n":
                            data += part
                        mails.append(message_from_bytes(data, policy=policy.default))  # type: ignore[arg-type]
                    self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")

        self.servers = [HTTPServer(("127.0.0.1", 0), Hook), socketserver.ThreadingTCPServer(("127.0.0.1", 0), Smtp)]
        self.hook, self.smtp = (server.server_address[1] for server in self.servers)
        for server in self.servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def settings(self) -> str:
        return (
            f'["网址"]\n"地址" = "http://127.0.0.1:{self.hook}/"\n'
            f'["邮件"]\n"服务器" = "127.0.0.1"\n"端口" = {self.smtp}\n"发件人" = "a@example.cn"\n"收件人" = ["all@example.cn"]\n'
        )

    def close(self) -> None:
        for server in self.servers:
            server.shutdown()
            server.server_close()
