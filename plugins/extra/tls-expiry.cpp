// SPDX-License-Identifier: MIT-0
// tls-expiry: a certificate has some days left, that of a server or one in a file.
//
//   g++ -std=c++17 -O2 tls-expiry.cpp $(pkg-config --cflags --libs probehost-sdk openssl libcares) -o tls-expiry.so
#include <ares.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <new>
#include <probehost/checker.hpp>
#include <system_error>
#include <vector>

namespace {

namespace sdk = probehost::sdk;
using sdk::Verdict;

constexpr auto kSchema = R"json({
"$schema": "http://json-schema.org/draft-07/schema#",
"type": "object",
"additionalProperties": false,
"oneOf": [{"required": ["host"]}, {"required": ["file"]}],
"properties": {
  "host": {"type": "string", "minLength": 1,
    "description": "The name or address of the server whose certificate is looked at; or use file."},
  "port": {"type": "integer", "minimum": 1, "maximum": 65535, "default": 443,
    "description": "Its port, which must speak TLS from the first byte."},
  "server_name": {"type": "string", "minLength": 1,
    "description": "The name that the server is asked for, when it is not host."},
  "file": {"type": "string", "pattern": "^/",
    "description": "A PEM file whose first certificate is looked at; or use host."},
  "warn_days": {"type": "integer", "minimum": 0, "maximum": 36500, "default": 21,
    "description": "Warns when fewer days are left."},
  "fail_days": {"type": "integer", "minimum": 0, "maximum": 36500, "default": 7,
    "description": "Fails when fewer days are left; 0 fails only once it has expired."},
  "verify": {"type": "boolean", "default": false,
    "description": "Also fails when the server's certificate is not for its name, or not from a trusted authority."},
  "ca_file": {"type": "string", "minLength": 1,
    "description": "With verify, a PEM file of the authorities to trust instead of the system's."}
}})json";

constexpr auto kAbout = R"json({"example": {"host": "shop.example", "warn_days": 21, "fail_days": 7}})json";

const char* wordsFor(int error) {
    if (error == ECONNREFUSED) return "Connection refused";
    if (error == ECONNRESET || error == EPIPE) return "Connection reset";
    return error == ETIMEDOUT ? "Connection timed out" : "Connection failed";
}

Verdict failure(int error, const std::string& doing) {
    return sdk::fail(wordsFor(error), doing + ": " + std::generic_category().message(error));
}

using Channel = std::unique_ptr<ares_channeldata, decltype(&ares_destroy)>;
using Addresses = std::unique_ptr<ares_addrinfo, decltype(&ares_freeaddrinfo)>;

struct Answer {
    int status = -1; // c-ares', once there is one
    Addresses addresses{nullptr, ares_freeaddrinfo};
};

// The first question may take a quarter of the time, so that a dead name server leaves room for the next one.
Channel openChannel(sdk::milliseconds time) {
    ares_options options{};
    options.flags = ARES_FLAG_IGNTC; // addresses fit into a datagram
    options.timeout = static_cast<int>(std::clamp<int64_t>(time.count() / 4, 50, 2000));
    options.tries = 4;
    ares_channel channel = nullptr;
    const int status = ares_init_options(&channel, &options, ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES);
    if (status != ARES_SUCCESS) throw sdk::fail("Name not resolved", ares_strerror(status));
    return {channel, ares_destroy};
}

// Waits for the name servers, but neither longer than c-ares' own timer nor past the run's end.
void step(ares_channel channel, const sdk::Run& run) {
    ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
    const int wanted = ares_getsock(channel, sockets, ARES_GETSOCK_MAXNUM);
    std::vector<pollfd> waiting{{run.cancelFd(), POLLIN, 0}};
    for (int i = 0; i < ARES_GETSOCK_MAXNUM && ARES_GETSOCK_READABLE(wanted, i); i++)
        waiting.push_back({sockets[i], POLLIN, 0});
    const auto left = std::min<int64_t>(run.remaining().count(), 1000);
    timeval longest{left / 1000, left % 1000 * 1000}, buffer{};
    const timeval* timer = ares_timeout(channel, &longest, &buffer);
    poll(waiting.data(), waiting.size(), static_cast<int>(timer->tv_sec * 1000 + timer->tv_usec / 1000 + 1));
    if (waiting.front().revents != 0 || run.passed()) throw sdk::Cancelled();
    for (const auto& [socket, events, seen] : waiting)
        ares_process_fd(channel, seen != 0 ? socket : ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

// By c-ares, because getaddrinfo() knows no deadline. Numeric hosts and those of the hosts file are answered at once.
Addresses resolve(const std::string& host, const std::string& port, const sdk::Run& run) {
    Answer answer; // outlives the channel, which answers at the latest when it is destroyed
    const auto channel = openChannel(run.remaining());
    const bool digits = host.find_first_not_of("0123456789.") == std::string::npos;
    const int family = digits ? AF_INET : AF_UNSPEC; // else c-ares asks for the name "127.0.0.1"
    const ares_addrinfo_hints hints{ARES_AI_NUMERICSERV, family, SOCK_STREAM, 0};
    const auto take = [](void* into, int status, int, ares_addrinfo* found) {
        static_cast<Answer*>(into)->status = status;
        static_cast<Answer*>(into)->addresses.reset(found);
    };
    ares_getaddrinfo(channel.get(), host.c_str(), port.c_str(), &hints, take, &answer);
    while (answer.status < 0) step(channel.get(), run);
    if (answer.addresses && answer.addresses->nodes != nullptr) return std::move(answer.addresses);
    throw sdk::fail("Name not resolved", "resolve " + host + ": " + ares_strerror(answer.status));
}

class Socket {
  public:
    explicit Socket(int family) : fd_(socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        if (fd_ < 0) throw failure(errno, "socket");
    }
    ~Socket() { close(fd_); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    // 0, or the errno that says why not.
    int connectTo(const ares_addrinfo_node& address, const sdk::Run& run, sdk::milliseconds limit) const {
        if (connect(fd_, address.ai_addr, address.ai_addrlen) == 0) return 0;
        if (errno != EINPROGRESS) return errno;
        if (!run.waitFor(fd_, POLLOUT, limit)) return ETIMEDOUT;
        int error = 0;
        socklen_t size = sizeof(error);
        getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
        return error;
    }

    void sendAll(std::string_view bytes, const sdk::Run& run) const {
        while (!bytes.empty()) {
            run.wait(fd_, POLLOUT);
            const auto count = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count < 0 && errno != EAGAIN) throw failure(errno, "send");
            if (count > 0) bytes.remove_prefix(static_cast<size_t>(count));
        }
    }

    // At most `most` bytes, at least one.
    std::string receive(size_t most, const sdk::Run& run) const {
        std::string bytes(most, '\0');
        run.wait(fd_, POLLIN);
        const auto count = recv(fd_, bytes.data(), bytes.size(), 0);
        if (count < 0 && errno != EAGAIN) throw failure(errno, "receive");
        if (count == 0) throw sdk::fail("Connection closed", "closed during the handshake");
        bytes.resize(static_cast<size_t>(std::max<ssize_t>(count, 0)));
        return bytes;
    }

  private:
    int fd_;
};

using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using Session = std::unique_ptr<SSL, decltype(&SSL_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

std::string opensslReason() {
    const char* text = ERR_reason_error_string(ERR_get_error());
    ERR_clear_error();
    return text == nullptr ? "no reason given" : text;
}

// OpenSSL reads and writes memory, and the socket moves the bytes: no wait without the deadline, and no SIGPIPE.
void handshake(SSL* session, const Socket& socket, const sdk::Run& run) {
    SSL_set_bio(session, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    for (;;) {
        ERR_clear_error();
        const int result = SSL_connect(session);
        char* bytes = nullptr;
        const auto count = BIO_get_mem_data(SSL_get_wbio(session), &bytes);
        socket.sendAll({bytes, static_cast<size_t>(count)}, run);
        BIO_reset(SSL_get_wbio(session));
        if (result == 1) return;
        if (SSL_get_error(session, result) != SSL_ERROR_WANT_READ)
            throw sdk::fail("TLS handshake failed", opensslReason());
        const auto answer = socket.receive(16384, run);
        BIO_write(SSL_get_rbio(session), answer.data(), static_cast<int>(answer.size()));
        if (run.passed()) throw sdk::Cancelled();
    }
}

// At most 1 MiB; nonblocking, because the path may be that of a pipe.
std::string readFile(const std::string& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) throw sdk::fail("Certificate not readable", failure(errno, path).detail);
    std::string text(1024 * 1024, '\0');
    const auto count = read(fd, text.data(), text.size());
    close(fd);
    text.resize(static_cast<size_t>(std::max<ssize_t>(count, 0)));
    return text;
}

Certificate certificateIn(const std::string& path) {
    const auto text = readFile(path);
    const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())),
                                                           BIO_free);
    const auto no_passphrase = [](char*, int, int, void*) { return 0; };
    Certificate found(PEM_read_bio_X509(memory.get(), nullptr, no_passphrase, nullptr), X509_free);
    if (!found) throw sdk::fail("Certificate not readable", path + ": " + opensslReason());
    return found;
}

class TlsExpiryCheck {
  public:
    static constexpr auto info = sdk::Info("tls-expiry", "Counts the days that a certificate has left")
                                     .schema(kSchema)
                                     .about(kAbout)
                                     .timeout(std::chrono::seconds(5))
                                     .interval(std::chrono::minutes(5))
                                     .maxAge(std::chrono::minutes(5));

    explicit TlsExpiryCheck(const sdk::Settings& settings)
        : host_(settings.text("host")),
          port_(settings.text("port", "443")),
          server_name_(settings.text("server_name", host_)),
          file_(settings.text("file")),
          warn_days_(settings.integer("warn_days", 21)),
          fail_days_(settings.integer("fail_days", 7)),
          verify_(settings.flag("verify")),
          context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
        if (settings.find("warn_days") && warn_days_ < fail_days_)
            throw sdk::ConfigError("warn_days: expected no less than fail_days");
        if (!context_) throw std::bad_alloc();
        const auto ca_file = settings.text("ca_file");
        if (ca_file.empty())
            SSL_CTX_set_default_verify_paths(context_.get());
        else if (SSL_CTX_load_verify_locations(context_.get(), ca_file.c_str(), nullptr) != 1)
            throw sdk::ConfigError("ca_file: expected a readable file of PEM certificates");
        ERR_clear_error();
    }

    Verdict check(const sdk::Run& run) const try {
        return file_.empty() ? askServer(run) : judge(certificateIn(file_).get(), X509_V_OK, run);
    } catch (const Verdict& early) {
        return early;
    }

  private:
    // Each address gets half of what is left, so that one that swallows packets leaves some for the next.
    Verdict askServer(const sdk::Run& run) const {
        const auto found = resolve(host_, port_, run);
        for (const auto* node = found->nodes;; node = node->ai_next) {
            const Socket socket(node->ai_family);
            const bool last = node->ai_next == nullptr;
            const int error = socket.connectTo(*node, run, last ? run.remaining() : run.remaining() / 2);
            if (error == 0) return shakeHands(socket, run);
            if (last) return failure(error, "connect " + host_ + ":" + port_);
        }
    }

    // The handshake goes through whatever the certificate is worth; what that is, is looked at afterwards.
    Verdict shakeHands(const Socket& socket, const sdk::Run& run) const {
        const Session session(SSL_new(context_.get()), SSL_free);
        if (!session) throw std::bad_alloc();
        X509_VERIFY_PARAM* wanted = SSL_get0_param(session.get());
        if (X509_VERIFY_PARAM_set1_ip_asc(wanted, server_name_.c_str()) != 1) {
            SSL_set_tlsext_host_name(session.get(), server_name_.c_str());
            X509_VERIFY_PARAM_set1_host(wanted, server_name_.c_str(), server_name_.size());
        }
        handshake(session.get(), socket, run);
        const Certificate certificate(SSL_get1_peer_certificate(session.get()), X509_free);
        if (!certificate) return sdk::fail("TLS handshake failed", "the server showed no certificate");
        return judge(certificate.get(), verify_ ? SSL_get_verify_result(session.get()) : X509_V_OK, run);
    }

    Verdict judge(const X509* certificate, long verified, const sdk::Run& run) const {
        int days = 0, seconds = 0;
        if (ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(certificate)) != 1)
            return sdk::fail("Certificate not readable", "its end of validity is no date");
        const auto detail = (file_.empty() ? host_ + ":" + port_ : file_) + ": " + std::to_string(days) + " days left";
        run.fact("days_left", days);
        if (days < 0 || seconds < 0) return sdk::fail("Certificate expired", detail);
        if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0)
            return sdk::fail("Certificate not yet valid", detail);
        if (verified == X509_V_ERR_HOSTNAME_MISMATCH || verified == X509_V_ERR_IP_ADDRESS_MISMATCH)
            return sdk::fail("TLS certificate does not match", detail + "; it is not for " + server_name_);
        if (verified != X509_V_OK)
            return sdk::fail("TLS certificate not trusted", detail + "; " + X509_verify_cert_error_string(verified));
        const auto message = "Certificate expires in " + std::to_string(days) + (days == 1 ? " day" : " days");
        if (days < fail_days_) return sdk::fail(message, detail);
        return days < warn_days_ ? sdk::warn(message, detail) : sdk::pass(detail);
    }

    const std::string host_, port_, server_name_, file_;
    const long warn_days_, fail_days_;
    const bool verify_;
    const Context context_;
};

} // namespace

PROBEHOST_PLUGIN("tls-expiry", "1.0.0", TlsExpiryCheck)
