#pragma once
#include <QString>
#include <QWidget>
#include <vector>

class QAbstractButton;
class QFrame;
class QStackedWidget;

namespace mama {

// Panels at one side of a page: a narrow edge with a button a panel, and the panel that is open, beside the content or,
// where there is little room, over it. One at most is open.
class Drawer : public QWidget
{
    Q_OBJECT
public:
    enum class Side { Left, Right };
    static constexpr int edgeWidth = 24; // logical pixels

    // stage: what open panels lie over while floating; it must outlive the drawer.
    Drawer(Side side, QWidget* stage, QWidget* parent);

    int add(const QString& title, QWidget* panel);
    void setKey(int panel, const QString& key);   // of the command that opens it, shown on the edge
    void setNote(int panel, const QString& note); // on the edge too: "locked"; empty: none
    void open(int panel);
    void close();
    int current() const { return m_current; } // -1: closed
    bool holds(const QWidget* widget) const;  // inside an open panel or the edge
    void setFloating(bool floating);
    bool floating() const { return m_floating; }
    int panelWidth() const { return m_width; }
    void setPanelWidth(int width); // logical pixels; panels are never narrower than what they hold
    int covers() const;            // logical pixels of the stage's side

Q_SIGNALS:
    void changed(int panel); // -1: closed
    void coversChanged();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void place();
    int wanted() const;
    void dragTo(int globalX);

    Side m_side;
    QWidget* m_stage;
    QFrame* m_frame; // the open panel with its grip
    QStackedWidget* m_panels;
    QWidget *m_grip, *m_edge;
    void label(int panel);

    struct Words
    {
        QString key, note;
    };
    std::vector<QAbstractButton*> m_buttons;
    std::vector<Words> m_words; // of m_buttons
    int m_current = -1, m_width = 360, m_covers = 0;
    bool m_floating = false;
};

} // namespace mama
