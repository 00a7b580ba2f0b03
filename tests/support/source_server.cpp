#include "tests/support/source_server.h"

#include "tests/support/test_data.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QTcpSocket>
#include <QTimer>

namespace mama::test {
namespace {

QByteArray contentOf(const std::filesystem::path& path)
{
    QFile file(QString::fromStdString(path.string()));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QByteArray tagOf(const QByteArray& content)
{
    return '"' + QCryptographicHash::hash(content, QCryptographicHash::Sha256).toHex() + '"';
}

SourceServer::Request parsed(const QByteArray& head)
{
    const QList<QByteArray> lines = head.split('\n');
    const QList<QByteArray> first = lines.value(0).trimmed().split(' ');
    SourceServer::Request request{first.value(0), QByteArray::fromPercentEncoding(first.value(1)), {}};
    for (const QByteArray& line : lines.mid(1))
        if (const auto colon = line.indexOf(':'); colon > 0)
            request.headers[line.left(colon).trimmed().toLower()] = line.mid(colon + 1).trimmed();
    return request;
}

} // namespace

SourceServer::SourceServer() { listen(QHostAddress::LocalHost); }

QString SourceServer::base() const { return QStringLiteral("http://127.0.0.1:%1").arg(serverPort()); }

void SourceServer::serve(const QByteArray& path, const QByteArray& content) { m_files[path] = content; }

void SourceServer::serveFile(const QByteArray& repository, const QByteArray& path, const std::filesystem::path& file)
{
    serve('/' + repository + "/resolve/main/" + path, contentOf(file));
}

void SourceServer::servePublicModels()
{
    const auto parity = parityFolder();
    for (const char* name : {"b2-model-best-epoch-10.tar", "b5-model-best-epoch-7.tar"})
        serveFile("shawn24/Mammo-CLIP", QByteArray("Pre-trained-checkpoints/") + name,
                  parity / "mammoclip-ckpt" / name);
    for (const char* name : {"config.json", "vocab.txt"})
        serveFile("emilyalsentzer/Bio_ClinicalBERT", name, parity / "mammoclip-ckpt/text-model" / name);
    for (const char* name : {"Mammo-FM_BatmanlabTrained_CLIP.tar", "Mammo-FM_ASU_Trained_CLIP.tar"})
        serveFile("batmanLab/Mammo-FM", name, parity / "mammofm-ckpt/Mammo-FM_BatmanlabTrained_CLIP.tar");
    for (const char* name : {"config.json", "tokenizer.json"})
        serveFile("answerdotai/ModernBERT-base", name, parity / "mammofm-ckpt/text-model" / name);
    const auto folder = [this](const QByteArray& repository, const std::filesystem::path& from) {
        for (const QString& name : QDir(QString::fromStdString(from.string())).entryList(QDir::Files))
            serveFile(repository, name.toUtf8(), from / name.toStdString());
    };
    folder("microsoft/BiomedCLIP-PubMedBERT_256-vit_base_patch16_224", parity / "openclip-ckpt/biomedclip");
    for (const char* repository : {"google/medsiglip-448", "google/siglip-so400m-patch14-384"})
        folder(repository, parity / "siglip-ckpt/model");
    folder("openai/clip-vit-base-patch16", parity / "openclip-ckpt/clip-hf");
    folder("laion/CLIP-ViT-B-16-laion2B-s34B-b88K", parity / "openclip-ckpt/clip");
    // The cases have these as safetensors; what a file is, its content says.
    serveFile("openai/clip-vit-base-patch16", "pytorch_model.bin", parity / "openclip-ckpt/clip-hf/model.safetensors");
    serveFile("laion/CLIP-ViT-B-16-laion2B-s34B-b88K", "open_clip_pytorch_model.bin",
              parity / "openclip-ckpt/clip/open_clip_model.safetensors");
}

bool SourceServer::has(const QByteArray& repository, const QByteArray& path) const
{
    return m_files.contains('/' + repository + "/resolve/main/" + path);
}

void SourceServer::incomingConnection(qintptr descriptor)
{
    auto* socket = new QTcpSocket(this);
    socket->setSocketDescriptor(descriptor);
    connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
    connect(socket, &QTcpSocket::readyRead, this, [this, socket, head = QByteArray()]() mutable {
        head += socket->readAll();
        for (auto end = head.indexOf("\r\n\r\n"); end >= 0; end = head.indexOf("\r\n\r\n")) {
            const Request request = parsed(head.left(end));
            head.remove(0, end + 4);
            answer(socket, request);
        }
    });
}

void SourceServer::answer(QTcpSocket* socket, const Request& request)
{
    m_requests.push_back(request);
    Answer given = m_trouble ? m_trouble(request) : plainFile();
    if (given.plain) {
        const Answer good = goodAnswer(request);
        given.status = good.status;
        given.headers = good.headers;
        given.body = good.body;
    }
    send(socket, request, given);
}

SourceServer::Answer SourceServer::goodAnswer(const Request& request) const
{
    const auto found = m_files.find(request.path);
    if (found == m_files.end())
        return {404, {{"Content-Length", "0"}}, {}, -1, -1, true};
    const QByteArray& content = *found;
    const QByteArray tag = tagOf(content), range = request.headers.value("range");
    Answer good = plainFile();
    good.body = content;
    good.headers = {{"ETag", tag}};
    if (range.startsWith("bytes=") && request.headers.value("if-range", tag) == tag) {
        const qint64 first = range.mid(6, range.indexOf('-') - 6).toLongLong();
        if (first >= content.size())
            return {416, {{"Content-Length", "0"}}, {}, -1, -1, true};
        good.status = 206;
        good.body = content.mid(first);
        good.headers << qMakePair(QByteArray("Content-Range"), "bytes " + QByteArray::number(first) + '-' +
                                                                   QByteArray::number(content.size() - 1) + '/' +
                                                                   QByteArray::number(content.size()));
    }
    good.headers << qMakePair(QByteArray("Content-Length"), QByteArray::number(good.body.size()));
    return good;
}

void SourceServer::send(QTcpSocket* socket, const Request& request, const Answer& answer)
{
    QByteArray head = "HTTP/1.1 " + QByteArray::number(answer.status) + " x\r\n";
    for (const auto& [name, value] : answer.headers)
        head += name + ": " + value + "\r\n";
    socket->write(head + "\r\n");
    QByteArray body = request.method == "HEAD" ? QByteArray() : answer.body;
    const bool cut = answer.cutAfter >= 0 && answer.cutAfter < body.size();
    const bool stalls = answer.stallAfter >= 0 && answer.stallAfter < body.size();
    if (cut || stalls)
        body.truncate(cut ? answer.cutAfter : answer.stallAfter);
    m_sent += body.size();
    if (m_piece > 0 && !body.isEmpty())
        return sendBody(socket, body, 0);
    socket->write(body);
    if (cut)
        socket->disconnectFromHost();
    const bool lengthStated = std::any_of(answer.headers.begin(), answer.headers.end(), [](const auto& header) {
        return header.first.toLower() == "content-length" || header.first.toLower() == "transfer-encoding";
    });
    if (!lengthStated && !stalls)
        socket->disconnectFromHost();
}

void SourceServer::sendBody(QTcpSocket* socket, const QByteArray& body, qint64 at)
{
    socket->write(body.mid(at, m_piece));
    if (at + m_piece < body.size())
        QTimer::singleShot(1, socket, [this, socket, body, at] { sendBody(socket, body, at + m_piece); });
}

} // namespace mama::test
