#pragma once
#include "widgets/viewer/pane_view.h"

#include <QDialog>
#include <map>

class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QRadioButton;

namespace mama {

// Centre and width in numbers, of one view or of all whose windows are linked with it. What is typed is shown at once;
// cancelled, all is as before. Numbers that no window may have are refused in words, and the views keep theirs.
class WindowDialog : public QDialog
{
    Q_OBJECT
public:
    // of: has an image that is no colour picture. The view must outlive the dialog.
    WindowDialog(viewer::PaneView& view, const viewer::PaneId& of, QWidget* parent = nullptr);

private:
    void apply();
    void takeBack();
    QString fault() const;

    viewer::PaneView& m_view;
    viewer::PaneId m_of;
    std::map<viewer::PaneId, Window> m_before;
    QDoubleSpinBox *m_centre, *m_width;
    QRadioButton *m_all, *m_one;
    QLabel* m_told;
    QPushButton* m_ok;
    double m_least = 1; // width
};

} // namespace mama
