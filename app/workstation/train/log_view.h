#pragma once
#include "app/workstation/engine/background_job.h"
#include "app/workstation/runs/run_view.h"
#include "core/protocol/log_search.h"

#include <QTimer>
#include <QWidget>
#include <memory>
#include <stop_token>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QProgressBar;
class QPushButton;
class QTextBlock;

namespace mama {

// A run's log: its last lines as they come, or what a search through the whole file finds, with line numbers. The file
// is read on other threads; a search tells how far it is and can be stopped.
class LogView : public QWidget
{
    Q_OBJECT
public:
    explicit LogView(QWidget* parent = nullptr);
    ~LogView() override;

    void show(const RunView* run); // nullptr: no run is chosen
    void find();                   // the focus to the search
    void toEnd();                  // its newest lines, when it has been laid out

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Search // what a job works on; nobody else reads it meanwhile
    {
        explicit Search(LogSearch of) : log(std::move(of)) {}
        LogSearch log;
        std::stop_source stop;
        bool whole = false, busy = false;
    };
    QWidget* buildSearch();
    void begin();
    void goOn();
    void searched(const QString& problem);
    void cancel();
    void step(int by);
    void showTail();
    void showHits();
    void showLines(const std::vector<LogLine>& lines);
    void showState();
    void goTo(const QTextBlock& line);
    void mark();

    QLineEdit* m_words = nullptr;
    QPushButton *m_previous = nullptr, *m_next = nullptr, *m_cancel = nullptr;
    QCheckBox* m_around = nullptr;
    QProgressBar* m_bar = nullptr;
    QLabel* m_state = nullptr;
    QPlainTextEdit* m_text;
    QTimer m_typed, m_grown;
    std::shared_ptr<Search> m_search;
    BackgroundJob m_reading;
    QString m_folder, m_problem, m_progress;
    std::filesystem::path m_file;
    QStringList m_log;
    std::size_t m_logLines = 0, m_shownLines = 0, m_at = 0; // the hit at hand
    bool m_tail = false;
};

} // namespace mama
