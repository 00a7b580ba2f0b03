#pragma once
#include "app/workstation/read/studies/study_session.h"
#include "widgets/viewer/scene/pane_id.h"

#include <QSettings>
#include <QStringList>
#include <QWidget>

class QComboBox;

namespace mama {

// The studies that checkpoints are tried on: folders kept in the settings, one of their studies chosen.
class PinnedStudies : public QWidget
{
    Q_OBJECT
public:
    // The settings must outlive this object.
    explicit PinnedStudies(QSettings& settings, QWidget* parent = nullptr);

    void pin(const QStringList& paths); // files or folders
    void open();                        // looks for the studies, unless that is done or under way
    bool any() const { return !m_pins.isEmpty(); }
    const Study* study() const { return any() ? m_studies->study() : nullptr; } // nullptr: none is shown
    QString problem() const { return m_problem; }                               // why there is none

Q_SIGNALS:
    void changed(); // what problem() and any() say
    void studyShown(const Study& study);
    void unpinned();
    void pictureReady(const LoadedImage& loaded, const viewer::PaneId& pane);
    void progress(const QString& phase, qint64 done, qint64 total);

private:
    void choose();
    void unpin();
    void keep();
    void scan();
    void list();

    QSettings& m_settings;
    StudySession* m_studies;
    QStringList m_pins; // files and folders
    QString m_problem;
    QComboBox* m_study;
};

} // namespace mama
