"""Downloads of the voice family: links, and the audio that they lead to.

Answers are held against tests/golden/voice_download.json.
"""

import hashlib
import hmac
import io
import math
import os
import re
import shutil
import struct
import subprocess
import time
import uuid
import wave
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest

import fastcgi
import golden

FAMILY = "voice_download"


def wav(seconds=0.5, pitch=1):
    """A WAV file as Python's own library writes it: no two bytes alike."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"".join(struct.pack("<h", pitch * i % 29999)
                                  for i in range(int(8000 * seconds))))
    return out.getvalue()


class Person:
    def __init__(self, site, role="editor"):
        self.site = site
        self.client = site.as_role(role)

    def upload(self, audio):
        """The id of a request that has its audio."""
        asked = self.client.post("/voice/prompts-requests", {}).json()
        link = local(asked["_links"]["upload_link"]["href"])
        answer = self.site.client.put(link, body=audio)
        assert answer.status == 200, answer
        return asked["id"]

    def words(self, audio, file_name):
        return {"request_id": self.upload(audio),
                "name": f"Welcome {uuid.uuid4()}", "file_name": file_name,
                "description": ""}

    def create(self, audio=None, file_name="welcome.wav"):
        answer = self.client.post("/voice/prompts",
                                  self.words(audio or wav(), file_name))
        assert answer.status == 201, answer
        return answer.json()

    def replace(self, prompt, audio, file_name="welcome.wav"):
        answer = self.client.put(f"/voice/prompts/{prompt['id']}",
                                 self.words(audio, file_name))
        assert answer.status == 201, answer
        return answer.json()

    def ask_for_link(self, prompt, query=""):
        return self.client.get(
            f"/voice/prompts/{prompt['id']}/download-link{query}")

    def link(self, prompt):
        answer = self.ask_for_link(prompt)
        assert answer.status == 200, answer
        return local(answer.json()["_links"]["location"]["href"])


def local(href):
    """Path and query of a link."""
    parts = urlsplit(href)
    return f"{parts.path}?{parts.query}"


@pytest.fixture
def editor(site):
    return Person(site)


def test_a_link_leads_to_the_audio(site, editor):
    audio = wav()
    prompt = editor.create(audio)
    answer = editor.ask_for_link(prompt)
    assert answer.status == 200
    print(answer.text)
    answer = site.client.get(editor.link(prompt))
    print(answer.headers)
    assert answer.status == 200
    assert answer.body == audio
