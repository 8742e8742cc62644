; SPDX-License-Identifier: GPL-3.0-or-later
;
; What test-gimp.c asks of the plug-in. Each answer is a line of the report:
; a key, then numbers or a message.

(define report-port #f)

(define (tell . words)
  (for-each (lambda (word)
              (display word report-port)
              (display " " report-port))
            words)
  (newline report-port))

; The message that an expression fails with, or "none".
(define (message-of thunk)
  (let ((hook *error-hook*))
    (let ((message
           (call-with-current-continuation
            (lambda (return)
              (set! *error-hook* (lambda words (return (car words))))
              (thunk)
              "none"))))
      (set! *error-hook* hook)
      message)))

(define (predict image model)
  (plug-in-ordinate-predict
   #:run-mode RUN-NONINTERACTIVE
   #:image image
   #:drawables (car (gimp-image-get-selected-drawables image))
   #:model model))

(define (open-picture file)
  (car (gimp-file-load RUN-NONINTERACTIVE file)))

(define (tell-answer key image model)
  (let ((answer (predict image model)))
    (tell key
          (vector-ref (list-ref answer 0) 0)
          (vector-ref (list-ref answer 1) 0)
          (vector-ref (list-ref answer 2) 0)
          (vector-length (list-ref answer 5))
          (vector-ref (list-ref answer 6) 0)
          (length (list-ref answer 7))
          (list-ref answer 3))))

; Pictures are files NAME.png in the folder; the key is NAME.
(define (ask-about folder name model)
  (tell-answer name (open-picture (string-append folder "/" name ".png"))
               model))

; The same picture, kept by GIMP in numbers that are proportional to light.
(define (ask-about-linear folder name model)
  (let ((image (open-picture (string-append folder "/" name ".png"))))
    (gimp-image-convert-precision image PRECISION-FLOAT-LINEAR)
    (tell-answer (string-append name "-linear") image model)))

(define (ask-about-selection picture model)
  (let ((image (open-picture picture)))
    (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 20 30 60 50)
    (tell-answer "selection" image model)
    ; A selection that sticks out is cut at the image's edge.
    (gimp-image-select-rectangle image CHANNEL-OP-REPLACE -40 -40 120 110)
    (tell-answer "selection-beyond" image model)))

; What layers show together, not the active layer.
(define (ask-about-layers picture model)
  (let* ((image (open-picture picture))
         (layer (car (gimp-layer-new image "on top" 10 10 RGBA-IMAGE 100
                                     LAYER-MODE-NORMAL))))
    (gimp-image-insert-layer image layer 0 0)
    (gimp-drawable-fill layer FILL-TRANSPARENT)
    (tell-answer "layers" image model)))

(define (tell-errors picture model foreign folder)
  (define image (open-picture picture))
  (tell "no-model"
        (message-of (lambda ()
                      (plug-in-ordinate-predict
                       #:run-mode RUN-NONINTERACTIVE
                       #:image image
                       #:drawables (vector)))))
  (tell "missing-model"
        (message-of (lambda () (predict image "/does/not/exist.ordinate"))))
  (tell "foreign-model"
        (message-of (lambda () (predict image foreign))))
  (tell "unknown-covariate"
        (message-of (lambda ()
                      (plug-in-ordinate-predict
                       #:run-mode RUN-NONINTERACTIVE
                       #:image image
                       #:drawables (vector)
                       #:model model
                       #:covariates "sex=F"))))
  (tell "empty-folder"
        (message-of (lambda ()
                      (plug-in-ordinate-train
                       #:run-mode RUN-NONINTERACTIVE
                       #:folder folder
                       #:model (string-append folder "/x.ordinate")))))
  (tell "unknown-option"
        (message-of (lambda ()
                      (plug-in-ordinate-train
                       #:run-mode RUN-NONINTERACTIVE
                       #:folder folder
                       #:model (string-append folder "/x.ordinate")
                       #:options "colour=1")))))

(define (train folder model)
  (let ((result (plug-in-ordinate-train
                 #:run-mode RUN-NONINTERACTIVE
                 #:folder folder
                 #:model model
                 #:title "From GIMP"
                 #:unit "psi"
                 #:options "epochs=1 seed=3")))
    (tell "train" (car result) (cadr result))))

(define (with-report file thunk)
  (set! report-port (open-output-file file))
  (thunk)
  (close-output-port report-port))
