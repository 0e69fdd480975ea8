;;; e2e.el --- What a user of eglot does, start to end  -*- lexical-binding: t -*-
;; The last line is "emacs ...: N passed, M failed"; the exit code is 1 when one failed.

(require 'package)
;; -Q leaves out Debian's place for packages, and initializing them.
(add-to-list 'package-directory-list "/usr/share/emacs/site-lisp/elpa")
(package-initialize)
(require 'cl-lib)
(require 'flymake)

(defvar e2e-passed 0)
(defvar e2e-failed 0)
(defvar e2e-limit 100 "Seconds to wait for what has to happen.")

(defun e2e-check (name ok &optional info)
  (if ok
      (progn (setq e2e-passed (1+ e2e-passed)) (message "ok   %s" name))
    (setq e2e-failed (1+ e2e-failed))
    (message "FAIL %s  %S" name info)))

(defun e2e-wait (condition)
  "Let the server's answers in until CONDITION is true."
  (let ((end (+ (float-time) e2e-limit)) value)
    (while (and (not (setq value (funcall condition))) (< (float-time) end))
      (accept-process-output nil 0.02))
    value))

(defun e2e-open (name)
  (find-file (expand-file-name name (concat (getenv "E2E_FOLDER") "/policies")))
  ;; eglot-ensure waits for the first command, and flymake for an idle moment; --batch has neither.
  (run-hooks 'post-command-hook)
  (flymake-mode 1))

(defun e2e-text () (buffer-substring-no-properties (point-min) (point-max)))

(defun e2e-disk () (with-temp-buffer (insert-file-contents (buffer-file-name (get-file-buffer e2e-file))) (e2e-text)))

(defvar e2e-file nil)

(defun e2e-findings (code)
  (cl-remove-if-not (lambda (found) (string-match-p code (flymake-diagnostic-text found))) (flymake-diagnostics)))

(defun e2e-token (found)
  (buffer-substring-no-properties (flymake-diagnostic-beg found) (flymake-diagnostic-end found)))

(defun e2e-hover (word)
  "What the echo area says with point on WORD."
  (goto-char (point-min))
  (search-forward word)
  (backward-char 2)
  (let (text)
    (eglot-hover-eldoc-function (lambda (said &rest _) (setq text (and said (substring-no-properties said)))))
    (e2e-wait (lambda () text))))

(defun e2e-choose (beg end kind wanted)
  "Choose the code action of KIND between BEG and END whose title has WANTED, as a user does."
  (let ((eglot-confirm-server-initiated-edits nil) (last-nonmenu-event nil))
    (cl-letf (((symbol-function 'completing-read)
               (lambda (_prompt choices &rest _)
                 (or (car (cl-find wanted choices :key #'car :test (lambda (w title) (string-search w title))))
                     (error "No %s among %S" wanted (mapcar #'car choices)))))
              ((symbol-function 'y-or-n-p) (lambda (&rest _) t)))
      (eglot-code-actions beg end kind t))
    ;; eglot tells the server of changes when idle, and --batch never is.
    (eglot--signal-textDocument/didChange)))

(defun e2e-test-unserved ()
  (e2e-open "deployment.yaml")
  (e2e-check "a YAML file has its mode" (eq major-mode 'yaml-mode) major-mode)
  (e2e-check "a manifest without a policy is left alone" (not (eglot-current-server))))

(defun e2e-test-finding ()
  (e2e-check "the policy is served" (e2e-wait #'eglot-managed-p))
  (e2e-wait (lambda () (flymake-start) (e2e-findings "is not supported")))
  (let ((found (e2e-findings "is not supported")))
    (e2e-check "one finding of the rule" (= 1 (length found)) (flymake-diagnostics))
    (e2e-check "the squiggle lies under the token" (equal "Ingres" (e2e-token (car found))) (car found))
    (e2e-check "it is an error and drawn as one"
               (cl-some (lambda (overlay) (and (overlay-get overlay 'flymake-diagnostic)
                                               (= (overlay-start overlay) (flymake-diagnostic-beg (car found)))
                                               (= (overlay-end overlay) (flymake-diagnostic-end (car found)))))
                        (overlays-in (point-min) (point-max)))
               (overlays-in (point-min) (point-max)))
    (e2e-check "it says what is wrong" (string-search "`Ingres` is not supported" (flymake-diagnostic-text (car found)))
               (flymake-diagnostic-text (car found)))))

(defun e2e-test-fix ()
  (let* ((found (car (e2e-findings "is not supported")))
         (disk (e2e-disk))
         (wanted (string-replace "[Ingres]" "[Ingress]" disk)))
    (e2e-choose (flymake-diagnostic-beg found) (flymake-diagnostic-end found) "quickfix" "rite `Ingress`")
    (e2e-check "the fix changes the right characters" (equal wanted (e2e-text)) (e2e-text))
    (e2e-check "the finding is gone"
               (e2e-wait (lambda () (flymake-start) (null (e2e-findings "is not supported")))) (flymake-diagnostics))
    (save-buffer)
    (e2e-check "the file is written and nothing else has changed" (equal wanted (e2e-disk)) (e2e-disk))))

(defun e2e-test-fix-all ()
  (setq e2e-file (concat (getenv "E2E_FOLDER") "/policies/label.yaml"))
  (e2e-open "label.yaml")
  (e2e-wait #'eglot-managed-p)
  (e2e-check "the second policy has its finding"
             (e2e-wait (lambda () (flymake-start) (e2e-findings "label value `true`"))) (flymake-diagnostics))
  (let ((wanted (string-replace "public: true" "public: \"true\"" (e2e-disk))))
    (e2e-check "it lies under the token" (equal "true" (e2e-token (car (e2e-findings "label value `true`")))))
    (e2e-choose (point-min) (point-max) "source.fixAll.netpol" "Fix all safe")
    (e2e-check "fix all changes the right characters" (equal wanted (e2e-text)) (e2e-text))))

(defun e2e-main ()
  (load (concat (getenv "E2E_FOLDER") "/init.el") nil t)
  (setq make-backup-files nil eglot-sync-connect 100 eglot-connect-timeout 100)
  (message "emacs %s, eglot %s" emacs-version
           (mapconcat #'number-to-string (package-desc-version (cadr (assq 'eglot package-alist))) "."))
  (e2e-test-unserved)
  (setq e2e-file (concat (getenv "E2E_FOLDER") "/policies/unicode.yaml"))
  (e2e-open "unicode.yaml")
  (e2e-test-finding)
  (let ((said (e2e-hover "podSelector")))
    (e2e-check "the echo area tells of the field" (and said (string-search "podSelector" said)) said))
  (e2e-test-fix)
  (e2e-test-fix-all)
  (set-buffer (get-file-buffer e2e-file))
  (set-buffer-modified-p nil)
  (eglot-shutdown (eglot-current-server))
  (e2e-check "the server stops" (not (eglot-current-server))))

(condition-case problem
    (e2e-main)
  (error (setq e2e-failed (1+ e2e-failed)) (message "ERROR %S" problem)))
(message "emacs %s: %d passed, %d failed" emacs-version e2e-passed e2e-failed)
(kill-emacs (if (> e2e-failed 0) 1 0))
