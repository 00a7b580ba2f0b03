#include "app/workstation/screens/pictures_apart.h"

#include <QBoxLayout>
#include <QLabel>

namespace mama {

PicturesApart::PicturesApart(QWidget& pictures, QBoxLayout& home, QSettings& settings, QObject* parent)
    : QObject(parent), m_pictures(pictures), m_home(home), m_standIn(new QLabel(pictures.parentWidget())),
      m_place(new ApartWindow(
          {QStringLiteral("pictures"), [this](QBoxLayout& window) { goOut(window); }, [this] { comeHome(); }},
          *m_standIn, settings, this))
{
    m_standIn->setAlignment(Qt::AlignCenter);
    m_standIn->setWordWrap(true);
    m_standIn->hide();
    m_home.insertWidget(m_home.indexOf(&m_pictures), m_standIn, 1);
    connect(m_place, &ApartWindow::changed, this, &PicturesApart::changed);
    connect(m_place, &ApartWindow::monitorGone, this, &PicturesApart::monitorGone);
    connect(m_place, &ApartWindow::keyboardMoved, this, [this](bool there) {
        if (there)
            Q_EMIT windowActive();
    });
}

void PicturesApart::setWords(const QString& words) { m_standIn->setText(words); }

void PicturesApart::goOut(QBoxLayout& window)
{
    window.parentWidget()->setWindowTitle(tr("Pictures — MaMA Workstation"));
    m_home.removeWidget(&m_pictures);
    window.addWidget(&m_pictures);
    m_standIn->show();
    m_pictures.show();
}

void PicturesApart::comeHome()
{
    m_home.insertWidget(m_home.indexOf(m_standIn), &m_pictures, 1);
    m_standIn->hide();
    m_pictures.show();
}

} // namespace mama
