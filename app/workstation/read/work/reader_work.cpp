#include "app/workstation/read/work/reader_work.h"

#include "app/workstation/look/settings_keys.h"
#include "core/base/error.h"
#include "core/library/reader_sides.h"
#include "core/study/scan.h"
#include "widgets/look/shown_text.h"

#include <QDateTime>
#include <QLocale>
#include <QMetaObject>
#include <QPointer>
#include <mutex>
#include <nlohmann/json.hpp>

namespace mama {

// The file, opened when it is first needed, and the session that is written to.
struct ReaderWork::Shared
{
    std::mutex mutex;
    std::unique_ptr<ReaderFile> opened;
    std::int64_t session = 0; // 0: none was begun
    std::string author;
    bool readFirst = false;
    std::vector<UserText> notices; // to be told once

    ReaderFile& file()
    {
        const std::lock_guard<std::mutex> one(mutex);
        if (!opened) {
            opened = std::make_unique<ReaderFile>(ReaderFile::usualPlace());
            notices = opened->notices();
        }
        return *opened;
    }
    std::int64_t begun()
    {
        if (session == 0)
            session = file().beginSession(author, readFirst);
        return session;
    }
    void end()
    {
        if (session != 0 && opened)
            opened->endSession(session);
        session = 0;
    }
};

namespace {

// The reader's own time of day; the file keeps UTC.
QString shownTime(const std::string& utc)
{
    return QLocale().toString(
        QDateTime::fromString(QString::fromStdString(utc), Qt::ISODateWithMs).toLocalTime().time(),
        QLocale::ShortFormat);
}

ImageFileRef refOf(const StudyImage& image) { return {image.path, image.header.sopUid, image.frame}; }

} // namespace

ReaderWork::ReaderWork(QSettings& settings, QObject* parent)
    : QObject(parent), m_settings(settings), m_shared(std::make_shared<Shared>())
{
    m_thread.setMaxThreadCount(1);
    m_shared->author = author().toStdString();
}

ReaderWork::~ReaderWork()
{
    m_thread.start([shared = m_shared] {
        try {
            shared->end();
        } catch (const std::exception&) { // the log shows a session that did not end
        }
    });
    m_thread.waitForDone();
}

// Runs on the one thread, in order; `after` on the window's, if it was written.
void ReaderWork::later(Write work, std::function<void()> after)
{
    m_thread.start([this, shared = m_shared, work = std::move(work), after = std::move(after)] {
        QString problem;
        std::vector<UserText> notices;
        try {
            work(shared->file(), shared->begun());
            notices = std::exchange(shared->notices, {});
        } catch (const std::exception& error) {
            problem = shownError(error);
        }
        QMetaObject::invokeMethod(
            this,
            [this, problem, notices, after] {
                for (const UserText& notice : notices)
                    Q_EMIT told(shownText(notice), false);
                if (!problem.isEmpty())
                    Q_EMIT told(tr("Your own work could not be written. %1").arg(problem), true);
                else if (after)
                    after();
            },
            Qt::QueuedConnection);
    });
}

void ReaderWork::run(bool writes, Work work, QObject* context, std::function<void(const std::optional<Failure>&)> after)
{
    m_thread.start([this, shared = m_shared, writes, work = std::move(work), alive = QPointer<QObject>(context),
                    after = std::move(after)] {
        std::optional<Failure> failure;
        std::vector<UserText> notices;
        try {
            const std::int64_t session = writes ? shared->begun() : shared->session;
            const bool there = writes || shared->opened || std::filesystem::exists(ReaderFile::usualPlace());
            work(there ? &shared->file() : nullptr, session);
            notices = std::exchange(shared->notices, {});
        } catch (const Error& error) {
            failure = Failure{shownError(error), error.code() == ErrorCode::Io};
        } catch (const std::exception& error) {
            failure = Failure{shownError(error), false};
        }
        QMetaObject::invokeMethod(
            this,
            [this, failure, notices, alive, after] {
                for (const UserText& notice : notices)
                    Q_EMIT told(shownText(notice), false);
                if (alive)
                    after(failure);
            },
            Qt::QueuedConnection);
    });
}

void ReaderWork::setReadFirst(bool on)
{
    if (on == m_readFirst)
        return;
    m_readFirst = on;
    m_locked.clear();
    m_settings.setValue(settings_keys::readFirst, on);
    m_settings.sync(); // a killed window comes back as it was
    m_thread.start([shared = m_shared, on] {
        try {
            shared->end();
        } catch (const std::exception&) {
            shared->session = 0;
        }
        shared->readFirst = on;
    });
    if (on)
        later([](ReaderFile&, std::int64_t) {}); // begins it
    Q_EMIT gateChanged();
    if (on)
        Q_EMIT begun();
}

QString ReaderWork::author() const
{
    return m_settings.value(settings_keys::reader, QString::fromLatin1(nobodyNamed)).toString();
}

void ReaderWork::setAuthor(const QString& name)
{
    m_settings.setValue(settings_keys::reader, name);
    m_thread.start([shared = m_shared, author = name.toStdString()] { shared->author = author; });
}

bool ReaderWork::mayShowModel(const Study* study) const
{
    return !m_readFirst || (study && m_locked.contains(study->uid));
}

void ReaderWork::lock(Verdict verdict, std::vector<PlacedMark> marks)
{
    auto at = std::make_shared<std::string>();
    const auto write = [verdict, marks, at](ReaderFile& file, std::int64_t session) mutable {
        for (const PlacedMark& mark : marks) {
            const ImageKey key = keyOfImage(mark.image);
            verdict.marks.push_back(
                {key.sopUid.empty() ? key.sha256 : key.sopUid, mark.image.frame, mark.at.x, mark.at.y, mark.side});
        }
        *at = file.lock(session, verdict).at;
    };
    later(write, [this, verdict, at] {
        m_locked.insert(verdict.study);
        QStringList words;
        for (const auto& [side, category] : {std::pair{tr("R"), verdict.right}, {tr("L"), verdict.left}})
            if (!category.empty())
                words << tr("%1 BI-RADS %2").arg(side, QString::fromStdString(category));
        if (!verdict.density.empty())
            words << tr("density %1").arg(QString::fromStdString(verdict.density));
        if (verdict.confidence)
            words << tr("%1 % confident").arg(*verdict.confidence);
        Q_EMIT locked(verdict, tr("Locked %1: %2").arg(shownTime(*at), words.join(QStringLiteral(", "))));
        Q_EMIT gateChanged();
    });
}

void ReaderWork::note(ReadingEvent event, const nlohmann::json& detail)
{
    if (m_readFirst || event == ReadingEvent::ModelShown) // a later verdict is not one before the model
        later([event, detail](ReaderFile& file, std::int64_t session) { file.log(session, event, detail); });
}

void ReaderWork::assign(const StudyImage& image)
{
    later([ref = refOf(image), view = AssignedView{image.side, image.view}](ReaderFile& file, std::int64_t session) {
        file.assign(session, keyOfImage(ref), view);
    });
}

void ReaderWork::undoAssign()
{
    later([](ReaderFile& file, std::int64_t session) { file.undoAssign(session); });
}

std::function<void(ScanReport&, const Job&)> ReaderWork::assignments()
{
    return [shared = m_shared, alive = QPointer<ReaderWork>(this)](ScanReport& report, const Job& job) {
        try {
            if (std::filesystem::exists(ReaderFile::usualPlace()))
                takeReadersSides(shared->file(), report, job);
        } catch (const Error& error) {
            if (shared->readFirst) // what was locked is not known: nothing may be shown
                throw;
            const QString text = tr("Your own work can be neither read nor kept. %1 The pictures are shown as their "
                                    "files say. MAMA_READER names another file for your work.")
                                     .arg(shownError(error));
            const auto tell = [alive, text] {
                if (alive)
                    Q_EMIT alive->told(text, true);
            };
            QMetaObject::invokeMethod(qApp, tell, Qt::QueuedConnection);
        }
    };
}

} // namespace mama
