#pragma once
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/download/fetch_file.h"
#include "tests/support/source_server.h"
#include "tests/support/test_data.h"

#include <random>

namespace mama::test {

// One file, a.bin, of a source that is as good or bad as the test wants it, fetched with little patience.
class FetchFixture
{
protected:
    using Request = SourceServer::Request;
    using Answer = SourceServer::Answer;

    // A fresh source, a fresh folder.
    void begin()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        qputenv("MAMA_CACHE", QFile::encodeName(m_folder->path()));
        m_server = std::make_unique<SourceServer>();
        m_content = content(300'000, 1);
        m_server->serve("/a.bin", m_content);
        m_token.clear();
    }

    static QByteArray content(int bytes, unsigned seed)
    {
        std::mt19937 random(seed);
        QByteArray out(bytes, '\0');
        for (char& byte : out)
            byte = static_cast<char>(random());
        return out;
    }
    static FetchLimits quick()
    {
        FetchLimits limits;
        limits.stall = std::chrono::milliseconds(400);
        limits.firstPause = limits.longestPause = std::chrono::milliseconds(5);
        limits.tries = 4;
        return limits;
    }

    struct Outcome
    {
        bool whole = false;
        std::string words; // of the error
    };
    // As a program does it that was asked for the file once.
    Outcome get(const Job& job = {})
    {
        HttpClient client(quick().stall);
        const DownloadPlace place("a-model");
        FileFetcher fetcher(client, place, quick());
        FileOrder order{"folder/a.bin", m_server->base().toStdString() + "/a.bin", m_token, {}, {}};
        try {
            if (const auto said = fetcher.look(order, job))
                order.stated = *said;
            fetcher.fetch(order, {}, job);
        } catch (const Error& error) {
            return {present(), error.what()};
        }
        return {present(), {}};
    }
    static std::filesystem::path file() { return DownloadPlace("a-model").file("folder/a.bin"); }
    static bool present() { return std::filesystem::exists(file()); }
    bool right() const { return present() && readText(file()) == m_content.toStdString(); }
    static std::uint64_t partBytes()
    {
        std::error_code failed;
        const auto size = std::filesystem::file_size(DownloadPlace("a-model").part("folder/a.bin"), failed);
        return failed ? 0 : size;
    }
    // Trouble for the first `times` GETs.
    void first(int times, const std::function<Answer(const Request&)>& trouble)
    {
        m_server->setTrouble([left = times, trouble](const Request& request) mutable {
            return request.isGet() && left-- > 0 ? trouble(request) : SourceServer::plainFile();
        });
    }
    static Answer cutAt(qint64 bytes)
    {
        Answer answer = SourceServer::plainFile();
        answer.cutAfter = bytes;
        return answer;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<SourceServer> m_server;
    QByteArray m_content;
    std::string m_token;
};

} // namespace mama::test
