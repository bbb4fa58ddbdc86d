#!/usr/bin/env python3
"""Stands between two parties of a test: relay.py HERE THERE [--rate N] [--delay MS] [--cheat TYPE].

Listens on the unix socket HERE, connects to THERE and passes bytes on in both directions; with
--rate no more than N bytes a second from the caller on, with --cheat the second half of the payload
of each frame of that type (a number) from the caller inverted, on a plaintext channel.

With --delay it is a long line: every byte arrives MS milliseconds after it left, in both
directions, as many on their way as there are; --rate then holds in both directions."""
import argparse
import os
import queue
import socket
import sys
import threading
import time

PIECE = 1024
LINE_PIECE = 1 << 14
# So many seconds of bytes wait before a line of limited rate; after that the sender has to.
BACKLOG = 0.005


def read_exactly(source, n):
    data = b''
    while len(data) < n:
        piece = source.recv(n - len(data))
        if not piece:
            return b''
        data += piece
    return data


def slow(source, sink, rate):
    while True:
        data = source.recv(PIECE)
        if not data:
            return
        sink.sendall(data)
        time.sleep(len(data) / rate)


def cheat(source, sink, kind):
    while True:
        header = read_exactly(source, 8)
        if not header:
            return
        length = int.from_bytes(header[4:], 'little')
        payload = read_exactly(source, length)
        if header[0] == kind:
            half = length // 2
            payload = payload[:half] + bytes(b ^ 0xff for b in payload[half:])
        sink.sendall(header + payload)


def plain(source, sink):
    while True:
        data = source.recv(1 << 16)
        if not data:
            return
        sink.sendall(data)


def deliver(sink, pieces):
    while True:
        due, data = pieces.get()
        time.sleep(max(0, due - time.monotonic()))
        if not data:
            return
        try:
            sink.sendall(data)
        except OSError:
            return


def line(source, sink, delay, rate):
    """A piece leaves when those before it have left, and arrives a delay later."""
    pieces = queue.SimpleQueue()
    arrivals = threading.Thread(target=deliver, args=(sink, pieces))
    arrivals.start()
    left = 0
    while True:
        data = source.recv(LINE_PIECE)
        left = max(left, time.monotonic()) + (len(data) / rate if rate else 0)
        pieces.put((left + delay, data))
        if not data:
            break
        time.sleep(max(0, left - time.monotonic() - BACKLOG))
    arrivals.join()


def run(work, source, sink, *rest):
    try:
        work(source, sink, *rest)
    except OSError:
        pass
    for end, how in ((sink, socket.SHUT_WR), (source, socket.SHUT_RD)):
        try:
            end.shutdown(how)
        except OSError:
            pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('here')
    parser.add_argument('there')
    parser.add_argument('--rate', type=float)
    parser.add_argument('--delay', type=float, help='milliseconds')
    parser.add_argument('--cheat', type=int)
    options = parser.parse_args()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(options.here)
    listener.listen(1)
    near = listener.accept()[0]
    os.unlink(options.here)
    far = socket.socket(socket.AF_UNIX)
    is_line = options.delay is not None
    if options.rate and not is_line:
        for end in (near, far):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, PIECE)
    for _ in range(1200):
        try:
            far.connect(options.there)
            break
        except OSError:
            time.sleep(0.05)
    else:
        return 1
    if is_line:
        work = (line, options.delay / 1000, options.rate)
    else:
        work = (plain,)
    back = threading.Thread(target=run, args=(work[0], far, near, *work[1:]))
    back.start()
    if is_line:
        run(line, near, far, *work[1:])
    elif options.rate:
        run(slow, near, far, options.rate)
    elif options.cheat is not None:
        run(cheat, near, far, options.cheat)
    else:
        run(plain, near, far)
    back.join()
    return 0


sys.exit(main())
