// SPDX-License-Identifier: MIT-0
// dns: a name has records of a type, the expected ones among them, at the system's name servers or at a given one.
//
//   g++ -std=c++17 -O2 dns.cpp $(pkg-config --cflags --libs probehost-sdk libcares) -lresolv -o dns.so
#include <ares.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <resolv.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <optional>
#include <probehost/checker.hpp>
#include <vector>

namespace {

namespace sdk = probehost::sdk;
using sdk::Verdict;
using Values = std::vector<std::string>;

constexpr auto kSchema = R"json({
"$schema": "http://json-schema.org/draft-07/schema#",
"type": "object",
"additionalProperties": false,
"required": ["name"],
"properties": {
  "name": {
    "type": "string", "minLength": 1, "maxLength": 254,
    "description": "The whole name to ask for; neither search domains nor the hosts file are used."},
  "type": {
    "enum": ["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SRV", "TXT"], "default": "A",
    "description": "The type of record that must be there."},
  "expect": {
    "type": "array", "maxItems": 100, "items": {"type": "string", "minLength": 1},
    "description": "Values that must all be among the answers, written as in '10.0.0.1', '10 mail.example.org' (MX) or '0 5 5060 sip.example.org' (SRV); by default any value will do."},
  "server": {
    "type": "string", "pattern": "^[0-9a-fA-F:.\\[\\]]{1,60}$",
    "description": "The address of the name server to ask, with its port if that is not 53: 10.0.0.53, [fd00::53]:5353; by default the system's."}
}})json";

constexpr auto kAbout = R"json({"example": {"name": "db.internal.example", "expect": ["10.0.0.5"]}})json";

// c-ares' own calls would neither set close-on-exec at once nor hold back SIGPIPE.
const ares_socket_functions kSocketFunctions = {
    [](int family, int type, int protocol, void*) {
        return socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
    },
    [](ares_socket_t socket, void*) { return close(socket); },
    [](ares_socket_t socket, const sockaddr* to, ares_socklen_t length, void*) { return connect(socket, to, length); },
    [](ares_socket_t socket, void* buffer, size_t size, int flags, sockaddr* from, ares_socklen_t* length, void*) {
        return recvfrom(socket, buffer, size, flags, from, length);
    },
    [](ares_socket_t socket, const iovec* parts, int count, void*) {
        msghdr message{};
        message.msg_iov = const_cast<iovec*>(parts);
        message.msg_iovlen = static_cast<size_t>(count);
        return sendmsg(socket, &message, MSG_NOSIGNAL);
    }};

using Channel = std::unique_ptr<ares_channeldata, decltype(&ares_destroy)>;

// The first question may take a quarter of the time, so that a dead name server leaves room for the next one.
Channel openChannel(const std::string& server, sdk::milliseconds time) {
    ares_options options{};
    options.timeout = static_cast<int>(std::clamp<int64_t>(time.count() / 4, 50, 2000));
    options.tries = 4;
    // Where there is but one server, its refusal is the answer, and not a reason to ask the next one.
    options.flags = server.empty() ? 0 : ARES_FLAG_NOCHECKRESP;
    ares_channel raw = nullptr;
    constexpr int given = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES;
    if (ares_init_options(&raw, &options, given) != ARES_SUCCESS) throw std::bad_alloc();
    Channel channel(raw, ares_destroy);
    ares_set_socket_functions(raw, &kSocketFunctions, nullptr);
    if (!server.empty() && ares_set_servers_ports_csv(raw, server.c_str()) != ARES_SUCCESS)
        throw sdk::ConfigError("server: expected an address such as 10.0.0.53 or [fd00::53]:5353");
    return channel;
}

// Waits for the name servers, but neither longer than c-ares' own timer nor past the run's end.
void step(ares_channel channel, const sdk::Run& run) {
    ares_socket_t sockets[ARES_GETSOCK_MAXNUM];
    const int wanted = ares_getsock(channel, sockets, ARES_GETSOCK_MAXNUM);
    std::vector<pollfd> waiting{{run.cancelFd(), POLLIN, 0}};
    for (int i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
        const int reads = ARES_GETSOCK_READABLE(wanted, i) ? POLLIN : 0;
        const int writes = ARES_GETSOCK_WRITABLE(wanted, i) ? POLLOUT : 0;
        if ((reads | writes) != 0) waiting.push_back({sockets[i], static_cast<short>(reads | writes), 0});
    }
    const auto left = std::min<int64_t>(run.remaining().count(), 1000);
    timeval longest{left / 1000, left % 1000 * 1000}, buffer{};
    const timeval* timer = ares_timeout(channel, &longest, &buffer);
    poll(waiting.data(), waiting.size(), static_cast<int>(timer->tv_sec * 1000 + timer->tv_usec / 1000 + 1));
    if (waiting.front().revents != 0 || run.passed()) throw sdk::Cancelled();
    for (const auto& [socket, events, seen] : waiting)
        ares_process_fd(channel, (seen & ~POLLOUT) != 0 ? socket : ARES_SOCKET_BAD,
                        (seen & POLLOUT) != 0 ? socket : ARES_SOCKET_BAD);
}

struct Type {
    const char* name;
    ns_type number;
};
constexpr std::array<Type, 8> kTypes{{{"A", ns_t_a},
                                      {"AAAA", ns_t_aaaa},
                                      {"CNAME", ns_t_cname},
                                      {"MX", ns_t_mx},
                                      {"NS", ns_t_ns},
                                      {"PTR", ns_t_ptr},
                                      {"SRV", ns_t_srv},
                                      {"TXT", ns_t_txt}}};

ns_type typeNamed(const std::string& name) {
    const auto same = [&](const Type& type) { return type.name == name; };
    return std::find_if(kTypes.begin(), kTypes.end(), same)->number;
}

// The data of one record, of which nothing is believed.
class Record {
  public:
    Record(const ns_msg& message, const ns_rr& record)
        : message_(message), at_(ns_rr_rdata(record)), end_(at_ + ns_rr_rdlen(record)) {}

    std::string text(ns_type type) {
        if (type == ns_t_a) return address(AF_INET, 4);
        if (type == ns_t_aaaa) return address(AF_INET6, 16);
        if (type == ns_t_txt) return strings();
        std::string numbers;
        for (int count = type == ns_t_srv ? 3 : type == ns_t_mx ? 1 : 0; count > 0; count--)
            numbers += std::to_string(ns_get16(take(2))) + " ";
        return numbers + name();
    }

  private:
    const unsigned char* take(long size) {
        if (end_ - at_ < size) throw sdk::fail("Unexpected answer", "a record is too short");
        at_ += size;
        return at_ - size;
    }
    std::string address(int family, long size) {
        char text[INET6_ADDRSTRLEN] = "";
        inet_ntop(family, take(size), text, sizeof(text));
        return text;
    }
    std::string strings() {
        std::string all;
        while (at_ < end_) {
            const long size = *take(1);
            all.append(reinterpret_cast<const char*>(take(size)), static_cast<size_t>(size));
        }
        return all;
    }
    std::string name() const {
        char text[NS_MAXDNAME] = "";
        if (dn_expand(ns_msg_base(message_), ns_msg_end(message_), at_, text, sizeof(text)) < 0)
            throw sdk::fail("Unexpected answer", "a record's name cannot be read");
        return text;
    }

    const ns_msg& message_;
    const unsigned char* at_;
    const unsigned char* end_;
};

Values valuesIn(const std::string& answer, ns_type type) {
    ns_msg message{};
    Values found;
    const auto* bytes = reinterpret_cast<const unsigned char*>(answer.data());
    if (ns_initparse(bytes, static_cast<int>(answer.size()), &message) != 0)
        throw sdk::fail("Unexpected answer", "the answer cannot be read");
    for (int i = 0; i < ns_msg_count(message, ns_s_an); i++) {
        ns_rr record{};
        if (ns_parserr(&message, ns_s_an, i, &record) != 0)
            throw sdk::fail("Unexpected answer", "a record cannot be read");
        if (ns_rr_type(record) == type) found.push_back(Record(message, record).text(type));
    }
    return found;
}

std::string joined(const Values& values) {
    std::string all;
    for (const auto& value : values) all += (all.empty() ? "" : ", ") + value;
    return all;
}

// Of several servers that all fail, c-ares says that they refuse connections.
const char* wordsFor(int status, bool several) {
    switch (status) {
        case ARES_ENODATA:
            return "No such record";
        case ARES_ESERVFAIL:
            return "Name server failed";
        case ARES_EREFUSED:
            return "Name server refused";
        case ARES_ECONNREFUSED:
            return several ? "Name server failed" : "Connection refused";
        case ARES_EBADRESP:
        case ARES_EFORMERR:
            return "Unexpected answer";
        default:
            return "Name not resolved";
    }
}

class DnsCheck {
  public:
    static constexpr auto info = sdk::Info("dns", "Asks DNS for a name's records, and compares them")
                                     .schema(kSchema)
                                     .about(kAbout)
                                     .timeout(std::chrono::seconds(2))
                                     .interval(std::chrono::seconds(30))
                                     .maxAge(std::chrono::seconds(10));

    explicit DnsCheck(const sdk::Settings& settings)
        : name_(settings.text("name")), type_(typeNamed(settings.text("type", "A"))), server_(settings.text("server")) {
        openChannel(server_, std::chrono::seconds(1)); // refuses a bad server
        while (const auto value = settings.find("/expect/" + std::to_string(expect_.size())))
            expect_.push_back(normal(*value));
    }

    Verdict check(const sdk::Run& run) const try {
        Answer answer = ask(run);
        while (answer.status == ARES_ETIMEOUT) answer = ask(run); // by TCP, c-ares tries only once
        if (answer.status != ARES_SUCCESS)
            return sdk::fail(wordsFor(*answer.status, server_.empty()), name_ + ": " + ares_strerror(*answer.status));
        const auto values = valuesIn(answer.bytes, type_);
        if (values.empty()) return sdk::fail("No such record", name_ + " has none of this type");
        for (const auto& wanted : expect_)
            if (std::none_of(values.begin(), values.end(), [&](const auto& value) { return same(value, wanted); }))
                return sdk::fail("Unexpected answer", name_ + ": " + wanted + " is not among " + joined(values));
        return sdk::pass(name_ + ": " + joined(values));
    } catch (const Verdict& early) {
        return early;
    }

  private:
    struct Answer {
        std::optional<int> status;
        std::string bytes;
    };

    Answer ask(const sdk::Run& run) const {
        Answer answer; // outlives the channel, which answers at the latest when it is destroyed
        const auto channel = openChannel(server_, run.remaining());
        const auto take = [](void* into, int status, int, unsigned char* bytes, int size) {
            auto& taken = *static_cast<Answer*>(into);
            taken.status = status;
            if (status == ARES_SUCCESS) taken.bytes.assign(reinterpret_cast<char*>(bytes), static_cast<size_t>(size));
        };
        ares_query(channel.get(), name_.c_str(), ns_c_in, type_, take, &answer);
        while (!answer.status) step(channel.get(), run);
        return answer;
    }

    // Addresses are compared in the form that answers are shown in.
    std::string normal(const std::string& value) const {
        const int family = type_ == ns_t_aaaa ? AF_INET6 : AF_INET;
        if (type_ == ns_t_txt) return value;
        if (type_ != ns_t_a && type_ != ns_t_aaaa) return value.substr(0, value.find_last_not_of('.') + 1);
        unsigned char bytes[16];
        char text[INET6_ADDRSTRLEN] = "";
        if (inet_pton(family, value.c_str(), bytes) != 1)
            throw sdk::ConfigError("expect: expected addresses of the type that is asked for");
        return inet_ntop(family, bytes, text, sizeof(text));
    }

    bool same(const std::string& value, const std::string& wanted) const {
        return type_ == ns_t_txt ? value == wanted : strcasecmp(value.c_str(), wanted.c_str()) == 0;
    }

    const std::string name_;
    const ns_type type_;
    const std::string server_;
    Values expect_;
};

} // namespace

PROBEHOST_PLUGIN("dns", "1.0.0", DnsCheck)
