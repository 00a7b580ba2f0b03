#pragma once
#include "app/workstation/screens/apart_window.h"

class QLabel;

namespace mama {

// The pictures in a window of their own, while a line stands in their place. When its monitor goes, they come back.
class PicturesApart : public QObject
{
    Q_OBJECT
public:
    // pictures: in the layout `home`; both and the settings must outlive this object.
    PicturesApart(QWidget& pictures, QBoxLayout& home, QSettings& settings, QObject* parent);

    bool isApart() const { return m_place->isOpen(); }
    QWidget* window() const { return m_place->window(); }  // null: they are at home
    void setApart(bool apart) { m_place->setOpen(apart); } // as the reader wants it
    void setMonitors(const Monitors& monitors) { m_place->setMonitors(monitors); }
    void setWords(const QString& words); // that stand in the pictures' place

Q_SIGNALS:
    void changed(bool apart);
    void monitorGone();  // and the pictures are at home
    void windowActive(); // the keyboard is there

private:
    void goOut(QBoxLayout& window);
    void comeHome();

    QWidget& m_pictures;
    QBoxLayout& m_home;
    QLabel* m_standIn;
    ApartWindow* m_place;
};

} // namespace mama
