#include "core/download/hub_address.h"

#include "core/base/error.h"
#include "core/download/download_actions.h"

#include <QHostAddress>
#include <QUrl>
#include <algorithm>
#include <cstdlib>

namespace mama {
namespace {

std::string variable(const char* key)
{
    const char* value = std::getenv(key);
    return value ? value : "";
}

} // namespace

std::string hubAddress(const std::string& given)
{
    const QUrl url(QString::fromStdString(given), QUrl::StrictMode);
    const bool web = url.scheme() == QLatin1String("http") || url.scheme() == QLatin1String("https");
    if (!url.isValid() || !web || url.host().isEmpty())
        throw Error(ErrorCode::Usage, {action::getModel}, url.toString(QUrl::RemoveUserInfo).toStdString(),
                    {TextId("hub.no_address", "an address that begins with https:// or http:// is expected")});
    if (!url.userInfo().isEmpty() || url.hasQuery() || url.hasFragment())
        throw Error(ErrorCode::Usage, {action::getModel}, url.host().toStdString(),
                    {TextId("hub.address_holds_more",
                            "the address of a hub holds neither a user's name or password nor anything after ? or #")});
    std::string text = url.toString(QUrl::FullyEncoded).toStdString();
    while (text.ends_with('/'))
        text.pop_back();
    return text;
}

std::string usualHub(const Catalogue& catalogue)
{
    const std::string own = variable("MAMA_HUB");
    return own.empty() ? catalogue.hub : hubAddress(own);
}

std::string hostOf(const std::string& address)
{
    const QUrl url(QString::fromStdString(address));
    return url.host().toStdString() + (url.port() > 0 ? ":" + std::to_string(url.port()) : std::string());
}

std::string addressOf(const CatalogueFile& file, const std::string& hub)
{
    const auto encoded = [](const std::string& text) {
        return QUrl::toPercentEncoding(QString::fromStdString(text), "/").toStdString();
    };
    return hub + "/" + encoded(file.repository) + "/resolve/" + encoded(file.revision) + "/" + encoded(file.path);
}

std::string tokenFromEnvironment(const Catalogue& catalogue, const CatalogueModel& model, const std::string& hub)
{
    if (const std::string own = variable("MAMA_HUB_TOKEN"); !own.empty())
        return checkedToken(own);
    return model.gated() && hub == catalogue.hub ? checkedToken(variable("HF_TOKEN")) : std::string();
}

void checkTokenMayGo(const std::string& hub)
{
    const QUrl url(QString::fromStdString(hub));
    if (url.scheme() != QLatin1String("https") && !QHostAddress(url.host()).isLoopback() &&
        url.host() != QLatin1String("localhost"))
        throw Error(ErrorCode::Usage, {action::getModel}, hub,
                    {TextId("hub.token_in_clear",
                            "a token is not sent over a connection that is not secure: https:// is needed")});
}

std::string checkedToken(const std::string& given)
{
    const auto first = given.find_first_not_of(" \t\r\n"), last = given.find_last_not_of(" \t\r\n");
    const std::string token = first == std::string::npos ? "" : given.substr(first, last - first + 1);
    if (std::any_of(token.begin(), token.end(), [](char c) { return c <= ' ' || c > '~'; }))
        throw Error(ErrorCode::Usage, {action::getModel}, "",
                    {TextId("hub.token_form", "the token holds characters that no token holds")});
    return token;
}

} // namespace mama
