#pragma once
#include "widgets/viewer/pane_view.h"

#include <QComboBox>
#include <QSettings>

namespace mama {

// The windows and LUTs of the active image, by the file's own names. What was chosen is remembered for images of the
// same manufacturer, model and intent.
class WindowList : public QComboBox
{
    Q_OBJECT
public:
    // View and settings must outlive the list.
    WindowList(viewer::PaneView& view, QSettings& settings, QWidget* parent = nullptr);

    void refresh();
    void remember();                                   // what the active image has now, as a reader chose it
    void chooseRemembered(const viewer::PaneId& pane); // for an image that has just come

private:
    void showChoice(const viewer::PaneId& pane);
    QString keyOf(const viewer::PaneId& pane) const;
    static QString nameOf(const viewer::ViewImage& image, std::size_t choice);

    viewer::PaneView& m_view;
    QSettings& m_settings;
};

} // namespace mama
