#include "tests/support/free_port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mama::test {

int freePort()
{
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    const bool found =
        listener >= 0 && ::bind(listener, plain, length) == 0 && ::getsockname(listener, plain, &length) == 0;
    if (listener >= 0)
        ::close(listener);
    return found ? ntohs(address.sin_port) : 0;
}

} // namespace mama::test
