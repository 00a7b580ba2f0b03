#include "core/training/processes/listener.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/log.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mama {
namespace {

constexpr int waitingConnections = 1024;

struct Bound
{
    int socket = -1, error = 0;
};

Bound bindTo(const sockaddr* address, socklen_t size)
{
    const int socket = ::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    if (socket >= 0 && ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
        ::bind(socket, address, size) == 0 && ::listen(socket, waitingConnections) == 0)
        return {socket, 0};
    const int error = errno;
    if (socket >= 0)
        ::close(socket);
    return {-1, error};
}

Bound bindTo(in_addr_t address, int port)
{
    sockaddr_in place{};
    place.sin_family = AF_INET;
    place.sin_port = htons(static_cast<std::uint16_t>(port));
    place.sin_addr.s_addr = htonl(address);
    return bindTo(reinterpret_cast<const sockaddr*>(&place), sizeof place);
}

bool isLoopback(const sockaddr* address)
{
    if (address->sa_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr);
    return (ntohl(reinterpret_cast<const sockaddr_in*>(address)->sin_addr.s_addr) >> 24) == 127;
}

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

Addresses addressesOf(const LaunchPlace& place)
{
    addrinfo wanted{}, *found = nullptr;
    wanted.ai_family = AF_UNSPEC;
    wanted.ai_socktype = SOCK_STREAM;
    ::getaddrinfo(place.address.c_str(), std::to_string(place.port).c_str(), &wanted, &found);
    return {found, ::freeaddrinfo};
}

[[noreturn]] void fail(const LaunchPlace& place, int error)
{
    throw Error(ErrorCode::Io, {action::train}, place.address + ":" + std::to_string(place.port),
                {TextId("processes.cannot_listen",
                        "the first process cannot listen there (%1); if another run does, choose another MASTER_PORT"),
                 std::strerror(error)});
}

} // namespace

int listenFor(const LaunchPlace& place)
{
    if (place.allHere()) {
        const Bound here = bindTo(INADDR_LOOPBACK, place.port);
        return here.socket >= 0 ? here.socket : (fail(place, here.error), -1);
    }
    const Addresses addresses = addressesOf(place);
    for (const addrinfo* one = addresses.get(); one; one = one->ai_next) {
        if (isLoopback(one->ai_addr))
            continue;
        const Bound bound = bindTo(one->ai_addr, one->ai_addrlen);
        if (bound.socket >= 0)
            return bound.socket;
        if (bound.error != EADDRNOTAVAIL)
            fail(place, bound.error);
    }
    const Bound everywhere = bindTo(INADDR_ANY, place.port);
    if (everywhere.socket < 0)
        fail(place, everywhere.error);
    log::warning("train: " + place.address + " is no address of this machine's own, so port " +
                 std::to_string(place.port) + " is open at all of its addresses");
    return everywhere.socket;
}

} // namespace mama
