"""TLS in front of a witness, as its operator's proxy would be: CERTIFICATE KEY PORT, and the port that it listens on goes to
standard output."""
import socket
import ssl
import sys
import threading


def pass_on(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # the one side is gone, and the other is told by the end of its connection


def serve(context, client, port):
    try:
        with context.wrap_socket(client, server_side=True) as outside:
            with socket.create_connection(("127.0.0.1", port)) as inside:
                back = threading.Thread(target=pass_on, args=(inside, outside), daemon=True)
                back.start()
                pass_on(outside, inside)
                back.join()
    except OSError:
        client.close()  # who does not trust us has gone


def main():
    certificate, key, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(listening.getsockname()[1], flush=True)
        while True:
            client, _ = listening.accept()
            threading.Thread(target=serve, args=(context, client, port), daemon=True).start()


main()
