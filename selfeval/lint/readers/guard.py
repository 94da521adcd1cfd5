"""What a file must pass before its content is looked at: size, zip bombs, XML entities, encryption.

Belongs here: limits common to all formats. Does not belong here: how a format is read.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from lxml import etree

from selfeval.lint.model import LintError

MAX_BYTES = 64 * 1024 * 1024
MAX_UNPACKED = 256 * 1024 * 1024
MAX_MEMBERS = 5000
MAX_RATIO = 400
#: more cells or characters than any report has: what a reader gives up at.
MAX_CELLS = 400_000
MAX_CHARS = 2_000_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_bytes(path: Path) -> bytes:
    """The file's bytes, or a LintError that says why not."""
    if not path.exists():
        raise LintError(f"找不到文件“{path.name}”，请核对文件路径。")
    if not path.is_file():
        raise LintError(f"“{path.name}”不是文件，请指定一份报告文件。")
    if path.stat().st_size > MAX_BYTES:
        raise LintError(f"“{path.name}”超过64MB，不像一份报告，未予读取。")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise LintError(f"“{path.name}”无法打开（{type(error).__name__}），请检查权限后重试。") from None
    if not data.strip():
        raise LintError(f"“{path.name}”是空文件，没有可检查的内容。")
    return data


def open_office(data: bytes, name: str) -> zipfile.ZipFile:
    """A .docx or .xlsx as a checked archive."""
    if data.startswith(_OLE):
        raise LintError(f"“{name}”已加密或是旧版Office格式，请去除密码并另存为新格式后再检查。")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError, RuntimeError):
        raise LintError(f"“{name}”已损坏或不是Office文件，无法读取，请重新导出。") from None
    unpacked = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(len(data), 50_000):
        raise LintError(f"“{name}”解压后异常庞大，疑似压缩炸弹，已拒绝读取。")
    if any(member.flag_bits & 1 for member in members):
        raise LintError(f"“{name}”带有密码，请去除密码后再检查。")
    return archive


def member(archive: zipfile.ZipFile, path: str, name: str) -> bytes:
    """One member; a size in the directory that lies does not help it past the limit."""
    try:
        with archive.open(path) as stream:
            data = stream.read(MAX_UNPACKED + 1)
    except (zipfile.BadZipFile, KeyError, EOFError, ValueError, OSError, RuntimeError, NotImplementedError) as error:
        raise LintError(f"“{name}”内部文件缺失或损坏（{type(error).__name__}），请重新导出。") from None
    except Exception as error:  # zlib.error, lzma.LZMAError: the archive is damaged, however the codec calls it
        raise LintError(f"“{name}”内部数据损坏（{type(error).__name__}），请重新导出。") from None
    if len(data) > MAX_UNPACKED:
        raise LintError(f"“{name}”解压后异常庞大，疑似压缩炸弹，已拒绝读取。")
    return data


def parse_xml(data: bytes, name: str) -> etree._Element:
    """Parsed without network, entities or a document type: none of them belongs in an Office file."""
    head = data[:4096].replace(b"\0", b"")
    if re.search(rb"<!\s*(DOCTYPE|ENTITY)", head, re.I):
        raise LintError(f"“{name}”含有外部实体声明，存在安全风险，已拒绝读取。")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise LintError(f"“{name}”内部内容损坏，无法解析，请重新导出。") from None
    if root is None:
        raise LintError(f"“{name}”内部内容为空，无法解析，请重新导出。")
    if root.getroottree().docinfo.doctype:
        raise LintError(f"“{name}”含有外部实体声明，存在安全风险，已拒绝读取。")
    return root
